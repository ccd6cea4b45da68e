"""A step as staff filled it in, and the deed that it is."""

from datetime import datetime
from typing import Any

from portal.base.clock import day_of
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.cloud_partners.actions import give_agreement, note_step
from portal.cloud_partners.models import CloudPartnerCase
from portal.cloud_partners.partner_deeds import (
    arrange_call,
    open_incident,
    record_findings,
    record_workaround,
    refer,
)
from portal.cloud_partners.rules import RUN_OUT, Stage, State, has_run_out
from portal.cloud_partners.showing import waiting_line

_WORDED = {
    Stage.FINDINGS: record_findings,
    Stage.WORKAROUND: record_workaround,
    Stage.REFERRAL: refer,
}


def advance(
    session: ScopedSession,
    case: CloudPartnerCase,
    stage: Stage,
    form: Any,
    *,
    by: Doer,
    now: datetime,
) -> None:
    state, said = State(form.state.data), form.said
    doing: dict[str, Any] = {"version": form.version.data, "by": by, "now": now}
    if stage in _WORDED and state is State.DONE:
        _WORDED[stage](session, case, said, **doing)
    elif stage is Stage.AGREEMENT and state is State.DONE:
        if form.valid_until.data is None:
            raise Refused(N_("Enter the last day."), field="valid_until")
        give_agreement(session, case, form.number.data or "", form.valid_until.data, **doing)
    elif stage is Stage.AUTHORIZATION and state is State.DONE and not case.authorization_file_id:
        raise Refused(N_("The customer has sent no authorization yet."), field="state")
    elif stage is Stage.AUTHORIZATION and state is State.DONE and _is_over(case, now):
        raise Refused(RUN_OUT, field="state")
    elif stage is Stage.INCIDENT and state is State.UNDER_WAY:
        number, opened_at = form.number.data or "", form.opened_at or now
        line = waiting_line(case, number)
        open_incident(session, case, number, opened_at, said, waiting_for=line, **doing)
    elif stage is Stage.CALL and state is State.UNDER_WAY:
        if form.begins_at is None:
            raise Refused(N_("Enter both the day and the time."), field="call_day")
        call: dict[str, Any] = {"minutes": form.minutes.data or 0, "zone": form.zone.data}
        arrange_call(session, case, form.begins_at, said, **call, **doing)
    else:
        note_step(session, case, stage, state, said, **doing)


def _is_over(case: CloudPartnerCase, now: datetime) -> bool:
    return has_run_out(case.authorization_until, day_of(now))
