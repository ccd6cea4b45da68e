"""The page of a release, whatever was asked of it, for publishers."""

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.models import User
from portal.base import clock
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import Part
from portal.publishing.facts import missing_in
from portal.publishing.forms import JudgeForm, WithdrawForm
from portal.publishing.telling import release_history, waiting_in_words
from portal.publishing.waiting import takes_two
from portal.web.forms import EditingForm, Form
from portal.web.guard import viewer
from portal.web.pages import page
from portal.web.session import db

CHANGE_WAITS = N_("The change is proposed. Another publisher must put it in force.")


def path_of(it: SoftwareRelease) -> str:
    return url_for("publishing.show", ref=it.reference)


def do(it: SoftwareRelease, deed: Any, done: str) -> ResponseReturnValue:
    """Done to what the page showed. One that does not say what it showed is an old one."""
    seen = EditingForm()
    revision = seen.version.data if seen.validate() else -1
    try:
        deed(db(), it, revision=revision, by=viewer(), now=clock.now())
    except Refused as refusal:
        form = Form()
        form.refuse(refusal)
        return release_page(it, 422, form=form)
    flash(done)
    return redirect(path_of(it), 303)


def release_page(
    it: SoftwareRelease, status: int = 200, *, form: Form | None = None
) -> ResponseReturnValue:
    models = catalogue_of(db(), knowing=[each.model_id for each in it.models])
    waits = it.proposed_change is not None
    proposer = db().get(User, it.proposed_by_id) if waits and it.proposed_by_id else None
    withdrawing, judging = WithdrawForm(formdata=None), JudgeForm(formdata=None)
    judging.standing.data = it.standing.value
    return page(
        "publishing/show.html",
        status,
        it=it,
        models=[models[each.model_id] for each in it.models],
        before=db().get(SoftwareRelease, it.predecessor_id) if it.predecessor_id else None,
        form=form or Form(),
        withdrawing=form if isinstance(form, WithdrawForm) else withdrawing,
        judging=form if isinstance(form, JudgeForm) else judging,
        lacking=missing_in(it.notes),
        mine=it.proposed_by_id == viewer().id,
        proposer=proposer,
        waiting=waiting_in_words(db(), it, models) if waits else [],
        alone=not takes_two(it),
        parts=Part,
        now=clock.now(),
        history=release_history(db(), it, models),
    )
