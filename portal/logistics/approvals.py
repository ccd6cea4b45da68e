"""`/desk/logistics/approvals`: what no rule approved, by the reason why, and several at once."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.approval_rules.rules import Held
from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import Submission, submission
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.logistics.forms import ApproveSeveralForm
from portal.logistics.listing import Board, Which, board_of
from portal.logistics.several import approve_each
from portal.replacements.list_queries import replacement_ids, replacements_found
from portal.replacements.models import Replacement
from portal.returns.reaching import number_in
from portal.web.guard import allow, viewer
from portal.web.pages import page
from portal.web.reasons import because
from portal.web.session import db, open_session

bp = Blueprint("logistics_approvals", __name__)
MOST = 100  # on the page, and so at once


@dataclass(frozen=True, slots=True)
class Group:
    """Those that are held for one reason before others, the oldest first."""

    reason: Held | None
    rows: list[Any]

    @property
    def ours(self) -> bool:
        """Whether we decide. What employees ask for their own administrator decides about."""
        return self.reason is not Held.EMPLOYEE


@bp.get("")
@allow(Permission.DESK_VIEW, Permission.REPLACEMENTS_APPROVE, everywhere=True)
def index() -> ResponseReturnValue:
    return _page(ApproveSeveralForm(formdata=None))


@bp.post("")
@allow(Permission.DESK_VIEW, Permission.REPLACEMENTS_APPROVE, everywhere=True)
def approve() -> ResponseReturnValue:
    form, picked = ApproveSeveralForm(), list(dict.fromkeys(request.form.getlist("picked")))
    if form.validate():
        try:
            if led_to := _led_to(form.token.data):
                return redirect(led_to, 303)
            outcome = approve_each(_read(picked), by=because(""))
            if outcome.done:
                flash(" ".join([outcome.sentence, *outcome.refused]))
            if outcome.done or (led_to := _led_to(form.token.data)):
                sent = submission(db(), form.token.data, by=viewer().id)
                sent.led_to = sent.led_to or url_for(".index")
                return redirect(sent.led_to, 303)
            form.in_vain.extend(outcome.refused)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(form, 422, picked=picked)


def _read(picked: list[str]) -> list[int]:
    ids = [number for each in picked if (number := number_in(each))]
    if not ids:
        raise Refused(N_("Pick those that are to be approved."))
    if len(ids) > MOST:
        raise Refused(N_("Pick at most %(most)s."), most=MOST)
    return ids


def _led_to(token: str) -> str:
    """Where this form led when it was sent before. A twin that is under way approves what this one
    does not: whichever comes second finds that it has moved on, and is led to the same place."""
    sent = Submission.user_id == viewer().id, Submission.token == token
    with open_session(g.scope, reading=True) as session:
        return session.scalars(select(Submission.led_to).where(*sent)).first() or ""


def _page(
    form: ApproveSeveralForm, status: int = 200, *, picked: Collection[str] = ()
) -> ResponseReturnValue:
    groups, board, more = _waiting(db())
    told = {"groups": groups, "board": board, "more": more, "most": MOST}
    return page("logistics/approvals.html", status, form=form, picked=picked, **told)


def _waiting(session: ScopedSession) -> tuple[list[Group], Board, bool]:
    """The oldest of those that wait for a person, by their first reason; and whether that is not
    all."""
    ids = replacement_ids(Which.APPROVE.condition).order_by(Replacement.id).limit(MOST + 1)
    found = session.execute(replacements_found(ids).order_by(Replacement.id)).all()
    shown = found[:MOST]
    by_reason: dict[Held | None, list[Any]] = {each: [] for each in (*Held, None)}
    for row in shown:
        by_reason[_first(row)].append(row)
    groups = [Group(reason, rows) for reason, rows in by_reason.items() if rows]
    board = board_of(session, Which.APPROVE, shown, len(shown), today=clock.today())
    return groups, board, len(found) > MOST


def _first(row: Any) -> Held | None:
    """What decides who looks at it: an employee's order before all, then as the rules have it."""
    known = {Held(each) for each in row.held}
    if Held.EMPLOYEE in known:
        return Held.EMPLOYEE
    return next((each for each in Held if each in known), None)
