"""What is looked up about agreements."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, and_, false, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.accounts.models import Account, Partner
from portal.agreements.models import Agreement, AgreementCategory, AgreementLine
from portal.agreements.periods import Standing
from portal.agreements.rules import Terms
from portal.base.text import loose_key


def agreements_of_account(account_id: int) -> Select[Agreement]:
    """The agreements of one account, the one that ends last first, whole."""
    return (
        select(Agreement)
        .where(Agreement.account_id == account_id)
        .options(
            joinedload(Agreement.partner),
            selectinload(Agreement.categories),
            selectinload(Agreement.lines).joinedload(AgreementLine.model),
        )
        .order_by(Agreement.ends_on.desc(), Agreement.id.desc())
    )


def agreement_numbered(number: str) -> Select[Agreement]:
    """One agreement, whole, in one statement."""
    return (
        select(Agreement)
        .where(Agreement.number == number.upper())
        .options(
            joinedload(Agreement.account),
            joinedload(Agreement.partner),
            joinedload(Agreement.categories),
            joinedload(Agreement.lines),
        )
    )


def agreements_listed(matching: str, standing: Standing | None, today: date) -> Select[Any]:
    """The rows of a list of agreements, by the names of the customers."""
    ask: Any = (
        select(
            Agreement.id,
            Agreement.account_id,
            Agreement.number,
            Agreement.starts_on,
            Agreement.ends_on,
            Account.name,
            Account.name_key,
            Account.digits,
            Partner.name.label("partner"),
        )
        .join(Agreement.account)
        .outerjoin(Agreement.partner)
    )
    if matching:
        digits = re.sub(r"[^0-9]", "", matching)
        ask = ask.where(
            or_(
                Agreement.number.contains("".join(matching.split()).upper(), autoescape=True),
                Account.name_fold.contains(loose_key(matching), autoescape=True),
                Partner.name.icontains(matching, autoescape=True),
                Account.digits.startswith(digits) if len(digits) > 3 else false(),
            )
        )
    starts, ends = Agreement.starts_on, Agreement.ends_on
    conditions = {
        Standing.IN_FORCE: and_(starts <= today, ends >= today),
        Standing.COMING: starts > today,
        Standing.ENDED: ends < today,
    }
    listed: Select[Any] = ask.where(conditions[standing]) if standing else ask
    return listed


def customers_like(text: str) -> Select[Account]:
    """The customers that what is typed may mean, by name or master account ID."""
    digits = re.sub(r"[^0-9]", "", text)
    named = Account.name_fold.contains(loose_key(text), autoescape=True)
    numbered = Account.digits.startswith(digits) if digits else false()
    there = Account.removed_at.is_(None)
    return select(Account).where(there, or_(named, numbered)).order_by(Account.name_key, Account.id)


def partners_like(text: str) -> Select[Partner]:
    return (
        select(Partner).where(Partner.name.icontains(text, autoescape=True)).order_by(Partner.name)
    )


def agreement_terms(session: Session, *account_ids: int) -> list[Terms]:
    """What the coverage rule needs of every agreement in reach, or of those of some accounts.

    In one statement, because nearly every page asks.
    """
    ask = (
        select(
            Agreement.id,
            Agreement.account_id,
            Agreement.number,
            Agreement.starts_on,
            Agreement.ends_on,
            AgreementCategory.category,
            AgreementLine.model_id,
        )
        .outerjoin(Agreement.categories)
        .outerjoin(Agreement.lines)
        .order_by(Agreement.id)
    )
    if account_ids:
        ask = ask.where(Agreement.account_id.in_(account_ids))
    rows = session.execute(ask)
    return [_terms(list(same)) for _, same in groupby(rows, key=lambda row: row.id)]


def _terms(rows: Sequence[Row[*tuple[Any, ...]]]) -> Terms:
    """One agreement: the join holds a row for each of its categories and lines."""
    return Terms(
        account_id=rows[0].account_id,
        number=rows[0].number,
        starts_on=rows[0].starts_on,
        ends_on=rows[0].ends_on,
        categories=frozenset(row.category for row in rows if row.category),
        models=frozenset(row.model_id for row in rows if row.model_id),
    )
