"""What every deed in a case is made of: a step, how the case stands with it, and telling of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.base import clock
from portal.base.clock import day_of
from portal.base.db import save
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.cloud_partners.asking import pass_the_ball
from portal.cloud_partners.models import CloudPartnerCase, CloudPartnerStep
from portal.cloud_partners.rules import Stage, State, stored_with
from portal.service_requests.clocks import StepKind
from portal.service_requests.deeds import hold, note_step, settle
from portal.service_requests.handling import change_status
from portal.service_requests.promises import keep_promise
from portal.service_requests.rules import STOPPED, Status, over, whole_text


@dataclass(frozen=True, slots=True)
class Said:
    """What is told with a step: in words, and when something is heard of it next."""

    text: str = ""
    next_update_at: datetime | None = None


def record(
    session: ScopedSession,
    case: CloudPartnerCase,
    stage: Stage,
    state: State,
    said: Said,
    *,
    fields: Mapping[str, Any] | None = None,
    version: int,
    by: Doer | None,
    now: datetime,
    numbers: Iterable[str] = (),
    call: Mapping[str, Any] | None = None,
) -> CloudPartnerStep:
    """Write a step, if nobody wrote one since the form was opened."""
    request = hold(session, case.request)
    if request.status in STOPPED:
        raise Refused(over(request.status))
    if said.next_update_at and said.next_update_at <= now:
        raise Refused(N_("Choose a time to come."), field="next_day")
    said = Said(whole_text(said.text, field="text"), said.next_update_at)
    before = case.needs(day_of(now))
    stages = stored_with(case.stages, stage, state, said.next_update_at)
    save(session, case, version=version, stages=stages, **(fields or {}))
    step = add_step(session, case, stage, state, said, by=by, now=now, call=call)
    happened(session, request, What.CLOUD_PARTNER_STEP, by=by, stage=stage.value, state=state.value)
    if by is not None:
        pass_the_ball(session, case, before, by=by, now=now)
    if by is not None and said.text and session.scope.staff:  # an answer, wherever it is given
        note_step(session, request, StepKind.ANSWERED, by=by, now=now)
        keep_promise(session, request, now)
    settle(session, request, now=now, texts=[said.text], numbers=numbers)
    return step


def add_step(
    session: ScopedSession,
    case: CloudPartnerCase,
    stage: Stage,
    state: State,
    said: Said,
    *,
    by: Doer | None,
    now: datetime,
    call: Mapping[str, Any] | None = None,
) -> CloudPartnerStep:
    step = CloudPartnerStep(
        case_id=case.id,
        request_id=case.request_id,
        account_id=case.account_id,
        kind=stage,
        state=state,
        at=now,
        by_id=by.id if by else None,
        next_update_at=said.next_update_at,
        text=said.text,
        **(call or {}),
    )
    session.add(step)
    session.flush()
    return step


def take_back(
    session: ScopedSession, case: CloudPartnerCase, step: CloudPartnerStep, by: Doer, now: datetime
) -> None:
    """The partner has answered: whoever waited for them goes on with the request."""
    waited = case.request.status is Status.WAITING_FOR_CLOUD_PARTNER
    if waited:
        change_status(session, case.request, Status.IN_PROGRESS, by=by, now=now, tells=False)
    tell_of(session, case, step, by, moved=waited)


def tell_of(
    session: ScopedSession,
    case: CloudPartnerCase,
    step: CloudPartnerStep,
    by: Doer,
    *,
    moved: bool = False,
    begun: bool = False,
) -> None:
    """Have everybody told in one mail of a step, and of how the request stands if it was `moved` in
    the same act. `begun`: it is the first, and what is needed matters most."""
    later(
        session,
        "cloud_partners.tell",
        account_id=case.account_id,
        request_id=case.request_id,
        step_id=step.id,
        by_id=by.id,
        needs=[it.value for it in case.needs(clock.today())],
        moved=moved,
        begun=begun,
    )
