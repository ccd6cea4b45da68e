"""Who is told what happens to a request, and in which words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select

from portal.accounts.job_rights import account_scope
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import GRANTS, Permission
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.notices.mails import notify
from portal.service_requests.mail_facts import (
    address_of,
    call_for,
    escalation_address,
    facts_for,
    rating_for,
)
from portal.service_requests.mail_kinds import NEWS, News
from portal.service_requests.models import Follower, ServiceRequest, ServiceRequestMessage
from portal.service_requests.queries import request_with_id
from portal.service_requests.threads import own_id, previous_of, thread_of
from portal.web.mail import send_mail
from portal.web.mail_headers import Thread

# What a feature above tells beside what the request says of itself, to each in their own words.
More = Callable[[ScopedSession, ServiceRequest, User], dict[str, Any]]
_MANAGERS = [role for role, held in GRANTS.items() if Permission.ESCALATIONS_MANAGE in held]


def tell_followers(
    run: Run,
    what: str,
    *,
    request_id: int,
    message_id: int | None,
    by_id: int | None,
    needs: Sequence[str] = (),
    more: More | None = None,
) -> None:
    """Tell everybody who is concerned, but for the one who did it; and that once. Whoever opened it
    has a receipt.

    What each may see is asked with their own rights, as they are now. Whoever did it is named, who
    need not have written what goes along: words of another are copied into a new request.
    """
    account_id = run.job.account_id or 0
    here = frozenset({account_id})
    everything = Scope(here, account_id, staff=True, reason="telling of a service request")
    with run.session(everything) as session:
        request = session.scalars(request_with_id(request_id)).one_or_none()
        message = session.get(ServiceRequestMessage, message_id) if message_id else None
        if request is not None:
            news, own = NEWS[what], own_id(request, message, what, job=run.job)
            people = {"author": session.get(User, by_id) if by_id else None}
            for user in session.scalars(concerned(request, news, run.job.asked_at)).all():
                told_as = news if user.id != by_id else receipt_of(what, user)
                if told_as is None:
                    continue
                previous = _looked_at(run, session, user, (request_id, message_id))
                if previous is None:
                    continue
                ways = {"what": what, "own": own, "previous": previous, "settings": run.settings}
                thread = thread_of(session, request, user, **ways)
                told = facts_for(request, user, message, by_itself=by_id is None)
                told["needs"] = [] if user.staff_role else list(needs)
                told |= call_for(session, request, user) if what == "opened" else {}
                told |= rating_for(run, request, user) if news.rated else {}
                told |= more(session, request, user) if more else {}
                told["manages"] = news.managers and user.staff_role in _MANAGERS
                told["url"] = address_of(request, user, run.settings.portal_url)
                if told["manages"]:
                    told["url"] = escalation_address(request, run.settings.portal_url)
                _tell(session, user, told_as, request, thread, people=people, **told)
        run.finish(session)


def receipt_of(what: str, user: User) -> News | None:
    """What whoever did it is told of it themselves."""
    return NEWS["received"] if what == "opened" and user.staff_role is None else None


def concerned(request: ServiceRequest, news: News, at: datetime) -> Select[User]:
    """Whose it is, and who followed already when it happened."""
    followed = select(Follower.user_id).where(
        Follower.request_id == request.id, Follower.muted.is_(False), Follower.since <= at
    )
    ways = [User.id == request.owner_id]
    if not news.owner_only:
        ways.append(User.id.in_(followed))
    if news.managers:
        ways.append(User.staff_role.in_(_MANAGERS))
    return select(User).where(or_(*ways), User.deactivated_at.is_(None)).order_by(User.id)


def _looked_at(
    run: Run, session: ScopedSession, user: User, ids: tuple[int, int | None]
) -> str | None:
    """The mail they had before; None when by their own rights they know nothing of this."""
    request_id, message_id = ids
    scope = account_scope(
        session,
        user_id=user.id,
        account_id=run.job.account_id or 0,
        permission=Permission.REQUESTS_VIEW,
        today=clock.today(),
    )
    if scope is None:
        return None
    with run.reading(scope) as asking:
        if asking.get(ServiceRequest, request_id) is None:
            return None
        if message_id and asking.get(ServiceRequestMessage, message_id) is None:
            return None
        return previous_of(asking, request_id, user, message_id)


def _tell(  # noqa: PLR0917
    session: ScopedSession,
    user: User,
    news: News,
    request: ServiceRequest,
    thread: Thread,
    people: Mapping[str, User | None],
    **told: Any,
) -> None:
    people = {"owner": request.owner, **people}
    account_id, template = request.account_id, news.template
    if news.notice is None:
        names = {name: it.name if it else "" for name, it in people.items()}
        to, language = user.email, user.language or "nb"
        ways: dict[str, Any] = {"template": template, "thread": thread, "name": user.name}
        send_mail(session, to=to, language=language, **ways, **(told | names))
        return
    notify(
        session,
        user,
        news.notice,
        template=template,
        account_id=account_id,
        thread=thread,
        people=people,
        name=user.name,
        **told,
    )
