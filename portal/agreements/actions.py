"""What staff do with agreements."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from portal.agreements.facts import AgreementFacts, changes, checked, facts_of
from portal.agreements.models import Agreement, AgreementCategory, AgreementLine
from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.words import N_, Overtaken, Refused


def add_agreement(
    session: Session, *, account_id: int, facts: AgreementFacts, by: Doer | None
) -> Agreement:
    facts = checked(facts)
    agreement = Agreement(account_id=account_id)
    _state(agreement, facts)
    with _refusing_twins(session):
        session.add(agreement)
    happened(session, agreement, What.CREATED, by=by)
    return agreement


def change_agreement(
    session: Session, agreement: Agreement, facts: AgreementFacts, *, version: int, by: Doer | None
) -> bool:
    """State the facts anew, unless they changed meanwhile. Whether that changed anything."""
    facts = checked(facts)
    changed = changes(facts_of(agreement), facts)
    if not changed and agreement.version == version:
        return False
    try:
        with _refusing_twins(session):
            # What was opened at this version may replace this version only. The number counts as
            # written, since categories by themselves would not make the database compare.
            set_committed_value(agreement, "version", version)
            flag_modified(agreement, "number")
            _state(agreement, facts)
    except StaleDataError:
        raise Overtaken(
            N_("Someone else changed this agreement while you were writing. Compare, then save."),
            version=agreement.version,
        ) from None
    happened(session, agreement, What.CHANGED, by=by, **changed)
    return True


def _state(agreement: Agreement, facts: AgreementFacts) -> None:
    agreement.number, agreement.partner_id = facts.number, facts.partner_id
    agreement.starts_on, agreement.ends_on = facts.starts_on, facts.ends_on
    agreement.retain_and_destroy = facts.retain_and_destroy
    agreement.technical_account_manager = facts.technical_account_manager
    agreement.csm_hours, agreement.headroom = facts.csm_hours, facts.headroom
    agreement.targets = dict(facts.targets)
    account_id = agreement.account_id
    # What stays keeps its row: a new row for the same category would meet the old one.
    categories = {it.category: it for it in agreement.categories}
    agreement.categories = [
        categories.get(it) or AgreementCategory(account_id=account_id, category=it)
        for it in facts.categories
    ]
    for category in agreement.categories:
        category.agreed_number = facts.categories[category.category]
    lines = {it.model_id: it for it in agreement.lines}
    agreement.lines = [
        lines.get(it) or AgreementLine(account_id=account_id, model_id=it) for it in facts.lines
    ]
    for line in agreement.lines:
        line.number = facts.lines[line.model_id]


@contextmanager
def _refusing_twins(session: Session) -> Iterator[None]:
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        # Asking first would miss a twin that comes between, and cannot see other accounts'.
        if not broke(error, "uq_agreement_number"):
            raise
        raise Refused(N_("Another agreement has this number."), field="number") from None
