"""What staff are told of deadlines and escalations, and who of them."""

from collections.abc import Iterator
from typing import Any

from portal.accounts.models import User
from portal.agreements.targets import Severity
from portal.base.tenancy import ScopedSession
from portal.escalations.threshold_queries import agents, managing
from portal.notices.mails import notify
from portal.notices.notice import Notice
from portal.service_requests.calling import to_call
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.mail_facts import address_of, escalation_address
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import steps_of
from portal.web.formats import date_and_time
from portal.web.locale import label, speaking, zone_called

_TEMPLATES = {
    Notice.ESCALATION_DUE: "escalations/promise",
    Notice.ESCALATION_GIVEN: "escalations/given",
}


def concerned(session: ScopedSession, request: ServiceRequest) -> Iterator[tuple[Notice, User]]:
    """Whose it is, or else every agent; managers as well where it is escalated or critical.

    Each of them once, and for the reason that is theirs most of all.
    """
    owner, reached = request.owner, set()
    if owner is not None and owner.deactivated_at is None:
        reached.add(owner.id)
        yield Notice.REQUEST_DUE, owner
    else:
        for agent in session.scalars(agents()):
            reached.add(agent.id)
            yield Notice.UNASSIGNED_DUE, agent
    if request.escalated_at or request.severity is Severity.CRITICAL:
        for manager in session.scalars(managing()):
            if manager.id not in reached:
                yield Notice.CRITICAL_DUE, manager


def target_mails(
    session: ScopedSession, request: ServiceRequest, target: Any, percent: int, portal_url: str
) -> None:
    """Tell that so much of a target is used. `target` is a row of `running_targets`."""
    for notice, user in list(concerned(session, request)):
        told = _facts(request, user, target.due_at)
        _notify(
            session,
            user,
            notice,
            request,
            template="escalations/target",
            kind=target.kind.value,
            percent=percent,
            url=address_of(request, user, portal_url),
            **told,
        )


def critical_mails(
    session: ScopedSession, request: ServiceRequest, portal_url: str, *, but: int
) -> None:
    """Tell every agent and manager of a critical request, `but` for the one who said that it is."""
    steps = session.scalars(steps_of(request.id)).all()
    people = {it.id: it for ask in (agents(), managing()) for it in session.scalars(ask)}
    for user in people.values():
        if user.id != but:
            told = _facts(request, user, request.due_at)
            told["url"] = address_of(request, user, portal_url)
            with speaking(user.language or "nb", zone_called(user.time_zone)):
                told["call"] = to_call(request, steps)
            notice, template = Notice.CRITICAL_OPENED, "escalations/critical"
            _notify(session, user, notice, request, template=template, **told)


def promise_mails(session: ScopedSession, escalation: Escalation, portal_url: str) -> None:
    """Tell whoever promised that it is due now; or every manager, where nobody has it."""
    owner = escalation.owner
    here = owner is not None and owner.deactivated_at is None
    users = [owner] if owner is not None and here else session.scalars(managing()).all()
    for user in users:
        _tell(session, user, Notice.ESCALATION_DUE, escalation, portal_url)


def given_mail(session: ScopedSession, user: User, escalation: Escalation, portal_url: str) -> None:
    _tell(session, user, Notice.ESCALATION_GIVEN, escalation, portal_url)


def _tell(
    session: ScopedSession,
    user: User,
    notice: Notice,
    escalation: Escalation,
    portal_url: str,
) -> None:
    request = escalation.request
    template = _TEMPLATES[notice]
    told = _facts(request, user, escalation.next_update_due_at)
    url = escalation_address(request, portal_url)
    reason = escalation.reason[:400]
    _notify(session, user, notice, request, template=template, url=url, reason=reason, **told)


def _notify(
    session: ScopedSession,
    user: User,
    notice: Notice,
    request: ServiceRequest,
    *,
    template: str,
    **told: Any,
) -> None:
    account_id = request.account_id
    people = {"owner": request.owner}
    notify(
        session,
        user,
        notice,
        template=template,
        account_id=account_id,
        people=people,
        name=user.name,
        **told,
    )


def _facts(request: ServiceRequest, user: User, due_at: Any) -> dict[str, str]:
    with speaking(user.language or "nb", zone_called(user.time_zone)):
        return {
            "reference": request.reference,
            "subject": request.subject,
            "customer": request.account.name,
            "severity": label(request.severity),
            "due": date_and_time(due_at) if due_at else "",
        }
