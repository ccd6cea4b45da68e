"""What is done from the queue: requests are taken and handed out, views are kept and let go."""

from functools import partial

from flask import Blueprint, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts.actions import Person
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.submissions import Submission, submission
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.request_queue.actions import hand_out
from portal.request_queue.filters import read_filters
from portal.request_queue.forms import ChosenForm, NextForm, SaveQueueForm
from portal.request_queue.outcome import (
    Deed,
    Outcome,
    each_in_its_account,
    sentence,
    take_most_urgent,
)
from portal.request_queue.queries import colleagues_called
from portal.request_queue.routes import LIST, path_of, show_queue
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.taking import take
from portal.service_requests.views import forget_view, save_view
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.paging import LARGEST
from portal.web.session import db, open_session

bp = Blueprint("request_queue_deeds", __name__)
MOST_CHOSEN = 100


@bp.post("/assignments")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def give_out() -> ResponseReturnValue:
    """Take what was chosen, or hand it to a colleague. A request that somebody has stays theirs."""
    filters, form = read_filters(request.args), ChosenForm()
    picked = request.form.getlist("take")[:1] or request.form.getlist("picked")
    if form.validate():
        try:
            if not (led_to := _led_to(form.token.data)):
                chosen = _read_chosen(picked)
                deed, whose = _deed(chosen, form)
                _report(each_in_its_account(list(chosen), deed), whose)
                led_to = _lead(form.token.data, path_of(filters))
            return redirect(led_to, 303)
        except _NothingDone as nothing:
            form.in_vain.extend(nothing.sentences)
        except Refused as refusal:
            form.refuse(refusal)
    return show_queue(filters, 422, chosen=form, picked={it.partition(".")[0] for it in picked})


@bp.post("/next")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def take_next() -> ResponseReturnValue:
    """Take the most urgent one that nobody has, and go to it."""
    form = NextForm()
    if form.validate():
        if led_to := take_most_urgent(form.token.data, by=Person(viewer().id), now=clock.now()):
            return redirect(led_to, 303)
        form.in_vain.append(_("Somebody has every open request. There is none to take."))
    return show_queue(read_filters(request.args), 422, next_form=form)


@bp.post("/views")
@allow(Permission.DESK_VIEW, everywhere=True)
def save() -> ResponseReturnValue:
    """Keep the queue as it is narrowed under a name of one's own, for colleagues too if wished."""
    filters, form = read_filters(request.args), SaveQueueForm()
    if form.validate():
        keep = partial(save_view, db(), LIST, person_id=viewer().id, account_id=None)
        try:
            shared = bool(form.shared.data)
            keep(form.name.data, filters.address(), shared=shared, now=clock.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("The search is saved."))
            return redirect(path_of(filters), 303)
    return show_queue(filters, 422, saving=form)


@bp.post(f"/views/<int(max={LARGEST}):view_id>/removal")
@allow(Permission.DESK_VIEW, everywhere=True)
def forget(view_id: int) -> ResponseReturnValue:
    forget_view(db(), view_id, person_id=viewer().id)
    flash(_("The search is deleted."))
    return redirect(path_of(read_filters(request.args)), 303)


class _NothingDone(Exception):
    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences


def _read_chosen(picked: list[str]) -> dict[int, int | None]:
    """What was chosen, and whose each was by then: `SR-1000013.7`."""
    chosen: dict[int, int | None] = {}
    for each in picked:
        number, _dot, owner = each.partition(".")
        if request_id := read_reference(PREFIX, number):
            known = owner.isascii() and owner.isdecimal()
            chosen[request_id] = (int(owner[:10]) or None) if known else None
    if not chosen:
        raise Refused(N_("Pick the requests first."))
    if len(chosen) > MOST_CHOSEN:
        raise Refused(N_("Pick at most %(most)s requests."), most=MOST_CHOSEN)
    return chosen


def _deed(chosen: dict[int, int | None], form: ChosenForm) -> tuple[Deed, str | None]:
    """What to do with each, and the name of the colleague who gets it."""
    by, now = Person(viewer().id), clock.now()
    if request.form.get("take") or request.form.get("deed") != "assign":
        return partial(take, by=by, now=now), None
    colleague = _colleague(form.to.data)
    name = None if colleague.id == by.id else colleague.name

    def hand(session: ScopedSession, it: ServiceRequest) -> None:
        hand_out(session, it, colleague.id, seen=chosen[it.id], by=by, now=now)

    return hand, name


def _colleague(typed: str) -> User:
    typed = " ".join(typed.replace("\0", "").split())
    with open_session(g.scope, reading=True) as session:
        found = session.scalars(colleagues_called(typed).limit(2)).all() if typed else []
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(N_("Several colleagues are called this. Write the address."), field="to")
    raise Refused(N_("Choose somebody who works with requests."), field="to")


def _report(outcome: Outcome, whose: str | None) -> None:
    if not outcome.done:
        raise _NothingDone(outcome.why_not)
    flash(sentence(outcome, whose))


def _led_to(token: str) -> str:
    """Where this form led when it was sent before. Two that are under way at once do no harm: what
    somebody has already, they are not given again."""
    sent = Submission.user_id == viewer().id, Submission.token == token
    with open_session(g.scope, reading=True) as session:
        return session.scalars(select(Submission.led_to).where(*sent)).first() or ""


def _lead(token: str, path: str) -> str:
    """Remember where the form led; where a twin was quicker, go where that one went."""
    sent = submission(db(), token, by=viewer().id)
    sent.led_to = sent.led_to or path
    return sent.led_to
