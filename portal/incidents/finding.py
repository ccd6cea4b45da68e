"""The customers that somebody names, one on each line."""

from collections import defaultdict

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base.references import read_master_account_id
from portal.base.text import sort_key
from portal.base.words import N_, Refused
from portal.incidents.facts import MOST_NAMED


def accounts_named(session: Session, text: str) -> tuple[int, ...]:
    """By master account ID or whole name; refused when one is unknown, or means several."""
    lines = list(filter(None, map(str.strip, text.splitlines())))
    if len(lines) > MOST_NAMED:
        raise Refused(N_("Name at most %(most)s."), field="accounts", most=MOST_NAMED)
    keys = {line: read_master_account_id(line) or sort_key(line) for line in lines}
    wanted = or_(Account.digits.in_(keys.values()), Account.name_key.in_(keys.values()))
    there = select(Account.id, Account.digits, Account.name_key).where(
        Account.removed_at.is_(None), wanted
    )
    known: dict[str, list[int]] = defaultdict(list)
    for account_id, *called in session.execute(there) if lines else ():
        for key in called:
            known[key].append(account_id)
    return tuple(dict.fromkeys(_only(known[key], line) for line, key in keys.items()))


def _only(found: list[int], line: str) -> int:
    if not found:
        told = N_("There is no customer called %(name)s.")
        raise Refused(told, field="accounts", name=line[:80])
    if len(found) > 1:
        told = N_("Several customers are called %(name)s. Write the master account ID.")
        raise Refused(told, field="accounts", name=line[:80])
    return found[0]
