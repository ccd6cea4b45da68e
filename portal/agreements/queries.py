"""What is looked up about agreements."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.agreements.models import Agreement, AgreementCategory, AgreementLine
from portal.agreements.rules import Terms


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


def agreement_terms(session: Session, account_id: int | None = None) -> list[Terms]:
    """What the coverage rule needs of every agreement in reach, or of one account's.

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
    if account_id is not None:
        ask = ask.where(Agreement.account_id == account_id)
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
