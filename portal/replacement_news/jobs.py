"""Telling whom it concerns what became of a replacement: by mail, here, and as a short message."""

from collections.abc import Iterator
from typing import Any

from portal.accounts.job_rights import account_scope
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.jobs import handles
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.notices.mails import notify
from portal.notices.notice import STAFF
from portal.notices.rules import KINDS
from portal.replacement_news.kinds import NEWS, News
from portal.replacement_news.mails import address_of, facts_for
from portal.replacement_news.outsiders import Outsider, outsider_of
from portal.replacement_news.queries import (
    administrators,
    partners_granted,
    replacement_told,
    staff_who_may,
)
from portal.replacements.models import Replacement
from portal.replacements.tracking_links import tracking_path
from portal.web.mail import send_mail
from portal.web.sms import send_sms


@handles("replacements.tell", limit=300)
def tell(
    run: Run, *, replacement_id: int, what: str, by_id: int | None, told: dict[str, Any]
) -> None:
    account_id, news = run.job.account_id or 0, NEWS[what]
    here = frozenset({account_id})
    scope = Scope(here, account_id, staff=True, reason="telling of a replacement")
    with run.session(scope) as session:
        it = session.scalars(replacement_told(replacement_id)).one_or_none()
        if it is not None:
            url, outsider = run.settings.portal_url.rstrip("/"), outsider_of(session, it)
            told = told | {"track": url + tracking_path(run.settings.secret_key, it)}
            told["outside"] = outsider is not None
            for user in _concerned(run, session, it, news):
                if user.id != by_id or news.own:
                    _tell(session, it, user, what, told=told, portal_url=url)
            if outsider and news.outside:
                _tell_outside(session, it, outsider, what, told)
            if news.short and it.phone:
                _tell_shortly(session, it, what, told, outsider)
        run.finish(session)


def _tell(session: ScopedSession, it: Replacement, user: User, what: str, **ways: Any) -> None:
    language, news, told = user.language or "nb", NEWS[what], ways["told"]
    facts = facts_for(session, it, what, told, language=language, zone=user.time_zone)
    notify(
        session,
        user,
        news.notice,
        template=news.template,
        account_id=it.account_id,
        name=user.name,
        url=address_of(it, user, what, ways["portal_url"]),
        **facts,
    )


def _tell_outside(
    session: ScopedSession, it: Replacement, outsider: Outsider, what: str, told: dict[str, Any]
) -> None:
    """By a mail that leads to what can be seen without signing in, and says nothing of money."""
    facts = facts_for(session, it, what, told, language=outsider.language)
    facts |= {"amount": "", "charged_from": "", "url": told["track"]}
    send_mail(
        session,
        to=outsider.email,
        language=outsider.language,
        template="employees/news",
        name=outsider.name,
        **facts,
    )


def _tell_shortly(
    session: ScopedSession,
    it: Replacement,
    what: str,
    told: dict[str, Any],
    outsider: Outsider | None,
) -> None:
    """To whoever receives the parcel: in their language, if they are known."""
    user = session.get(User, it.recipient_id) if it.recipient_id else it.asked_by
    language = (user.language if user and user.staff_role is None else None) or "nb"
    language = outsider.language if outsider else language
    facts = facts_for(session, it, what, told, language=language)
    send_sms(session, to=it.phone, language=language, template=NEWS[what].template, **facts)


def _concerned(run: Run, session: ScopedSession, it: Replacement, news: News) -> Iterator[User]:
    """Whoever asked for it, while they may still see it; or else the account's administrators.

    What each may see is asked with their own rights, as they are now.
    """
    kind = KINDS[news.notice]
    if kind.who == STAFF:
        yield from session.scalars(staff_who_may(kind.needs)).all()
        return
    ids = {it.asked_by_id, it.recipient_id} - {None}
    mine = [user for each in sorted(filter(None, ids)) if (user := session.get(User, each))]
    told = [user for user in mine if user.staff_role is None and _sees(run, session, user, it)]
    if news.money or not told:
        known = {user.id for user in told}
        told += [it for it in session.scalars(administrators(it.account_id)) if it.id not in known]
    yield from told
    if kind.needs is Permission.EMPLOYEES_APPROVE:
        for user in partners_granted(session, it.account_id, kind.needs, clock.today()):
            if _sees(run, session, user, it):
                yield user


def _sees(run: Run, session: ScopedSession, user: User, it: Replacement) -> bool:
    scope = account_scope(
        session,
        user_id=user.id,
        account_id=it.account_id,
        permission=Permission.REPLACEMENTS_VIEW,
        today=clock.today(),
    )
    if scope is None:
        return False
    with run.reading(scope) as asking:
        return asking.get(Replacement, it.id) is not None
