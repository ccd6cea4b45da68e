"""Who asks on the pages of downloads, and what they are told of."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, select
from werkzeug.exceptions import NotFound

from portal.agreements.queries import agreement_terms
from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue, Model, catalogue_of
from portal.downloads.granting import Asker
from portal.downloads.rules import RELEASE_PREFIX
from portal.downloads.shelf import Told, shelf_of
from portal.downloads.taking import SoftwareTerms, TermsAcceptance
from portal.downloads.values import Release
from portal.web.guard import account, viewer
from portal.web.session import db


def told_here() -> Told:
    return shelf_of(db()).open_to({account().id}, clock.now())


def models_here() -> Catalogue:
    return catalogue_of(db())


def asker() -> Asker:
    return Asker(
        software=viewer().may(Permission.DOWNLOADS_SOFTWARE),
        terms=agreement_terms(db(), account().id),
        today=clock.today(),
    )


def find_model(ref: str) -> Model:
    if found := models_here().get(read_reference("M", ref)):
        return found
    raise NotFound


def find_release(reference: str) -> Release:
    if found := told_here().release(read_reference(RELEASE_PREFIX, reference)):
        return found
    raise NotFound


def terms_and_whether_accepted(session: ScopedSession, user_id: int) -> Sequence[Any]:
    """The newest terms, and whether this person accepted them for the account; or nothing."""
    mine = TermsAcceptance.terms_id == SoftwareTerms.id, TermsAcceptance.user_id == user_id
    ask: Any = (
        select(SoftwareTerms, exists().where(*mine).label("accepted"))
        .order_by(SoftwareTerms.since.desc(), SoftwareTerms.id.desc())
        .limit(1)
    )
    return session.execute(ask).all()
