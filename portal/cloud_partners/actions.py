"""A cloud partner case is begun, and the customer gives what is needed for it."""

from datetime import date, datetime
from typing import Any

from portal.base.clock import day_of
from portal.base.db import derive
from portal.base.files import StoredFile
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.cloud_partners.asking import pass_the_ball
from portal.cloud_partners.models import CloudPartnerCase
from portal.cloud_partners.queries import case_of
from portal.cloud_partners.recording import Said, add_step, record, tell_of
from portal.cloud_partners.rules import (
    BEGUN,
    LONGEST_NAME,
    LONGEST_NUMBER,
    CloudPartner,
    Stage,
    State,
    has_run_out,
    runs_out_soon,
)
from portal.service_requests.deeds import hold, settle
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import STOPPED, one_line, over
from portal.service_requests.telling import tell


def begin_case(
    session: ScopedSession,
    request: ServiceRequest,
    partner: CloudPartner,
    name: str = "",
    *,
    authorization: bool = False,
    by: Doer,
    now: datetime,
) -> CloudPartnerCase:
    """Say which partner it is about, and ask the customer for what is needed."""
    request = hold(session, request)
    if request.status in STOPPED:
        raise Refused(over(request.status))
    if session.scalars(case_of(request.id)).one_or_none():
        raise Refused(N_("The request has a cloud partner case already."))
    other = partner is CloudPartner.OTHER
    missing = N_("Enter the name of the partner.") if other else ""
    name = one_line(name, field="partner_name", most=LONGEST_NAME, missing=missing)
    stages = {each.value: {"state": state.value, "next": None} for each, state in BEGUN.items()}
    if authorization:
        stages[Stage.AUTHORIZATION.value]["state"] = State.WAITING.value
    case = CloudPartnerCase(
        request_id=request.id,
        account_id=request.account_id,
        partner=partner,
        partner_name=name if other else "",
        stages=stages,
        begun_at=now,
    )
    session.add(case)
    session.flush()
    step = add_step(session, case, Stage.ISOLATING, State.UNDER_WAY, Said(), by=by, now=now)
    happened(session, request, What.CLOUD_PARTNER_BEGUN, by=by)
    pass_the_ball(session, case, (), by=by, now=now)
    settle(session, request, now=now, texts=[name])
    tell_of(session, case, step, by, begun=True)
    return case


def note_step(
    session: ScopedSession,
    case: CloudPartnerCase,
    stage: Stage,
    state: State,
    said: Said,
    *,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    """How a step stands now, where no more than that is to be said."""
    if state is State.DONE and stage in {Stage.FINDINGS, Stage.WORKAROUND, Stage.REFERRAL}:
        raise TypeError(f"{stage} is done by its own deed.")
    step = record(session, case, stage, state, said, version=version, by=by, now=now)
    tell_of(session, case, step, by)


def give_agreement(
    session: ScopedSession,
    case: CloudPartnerCase,
    number: str,
    until: date,
    *,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    """Which agreement the customer has with the partner."""
    missing = N_("Enter the number or name of the agreement.")
    number = one_line(number, field="number", most=LONGEST_NUMBER, missing=missing)
    if has_run_out(until, day_of(now)):
        raise Refused(N_("This agreement has run out."), field="valid_until")
    fields: dict[str, Any] = {"agreement_number": number, "agreement_until": until}
    doing: dict[str, Any] = {"version": version, "by": by, "now": now}
    step = record(session, case, Stage.AGREEMENT, State.DONE, Said(), fields=fields, **doing)
    tell_of(session, case, step, by)


def give_authorization(
    session: ScopedSession,
    case: CloudPartnerCase,
    file: StoredFile | None,
    dated: date,
    until: date | None,
    *,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    """The signed paper that lets us act with the partner; a newer one stands for the one before."""
    if file is None:
        raise Refused(N_("Choose the file with the signed authorization."), field="files")
    if dated > day_of(now):
        raise Refused(N_("The authorization cannot be signed on a day to come."), field="dated")
    if has_run_out(until, day_of(now)):
        raise Refused(N_("This authorization has run out."), field="authorized_until")
    fields: dict[str, Any] = {
        "authorization_file_id": file.id,
        "authorization_dated": dated,
        "authorization_until": until,
        # Whoever says so now need not be told.
        "authorization_warned_of": until if runs_out_soon(until, day_of(now)) else None,
    }
    doing: dict[str, Any] = {"version": version, "by": by, "now": now}
    step = record(session, case, Stage.AUTHORIZATION, State.DONE, Said(), fields=fields, **doing)
    tell_of(session, case, step, by)


def let_authorization_run_out(
    session: ScopedSession, case: CloudPartnerCase, *, now: datetime
) -> bool:
    """Wait for another one from now on, and tell whom it concerns; False where that was done.

    The portal does it by itself. A new authorization, or none needed, is nothing to wait for.
    """
    over = has_run_out(case.authorization_until, day_of(now))
    done = case.standings[Stage.AUTHORIZATION].state is State.DONE
    if not (over and done) or case.request.status in STOPPED:
        return False
    doing: dict[str, Any] = {"version": case.version, "by": None, "now": now}
    record(session, case, Stage.AUTHORIZATION, State.WAITING, Said(), **doing)
    tell(session, case.request, "authorization_over", by=None)
    return True


def warn_of_authorization(session: ScopedSession, case: CloudPartnerCase, *, now: datetime) -> bool:
    """Tell whom it concerns that it is good for a few days more; False where that was done."""
    until = case.authorization_until
    done = case.standings[Stage.AUTHORIZATION].state is State.DONE
    if not (done and runs_out_soon(until, day_of(now))) or case.request.status in STOPPED:
        return False
    if case.authorization_warned_of == until:
        return False
    derive(session, case, authorization_warned_of=until)
    later(
        session,
        "cloud_partners.warn",
        account_id=case.account_id,
        request_id=case.request_id,
        until=until.isoformat() if until else "",
    )
    return True
