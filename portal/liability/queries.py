"""What is looked up about the money that hangs on devices that are not sent back."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account, User
from portal.liability.models import LiabilityWaiver
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage
from portal.returns.models import ReturnExtension, ReturnNotice
from portal.returns.rules import Answer, Near

# Of whoever proposed it: the name, and what tells whether they still may.
_KNOWN = (User.name, User.staff_role, User.deactivated_at)


def last_waiver(replacement_id: int) -> Select[LiabilityWaiver]:
    return (
        select(LiabilityWaiver)
        .options(joinedload(LiabilityWaiver.proposed_by).load_only(*_KNOWN))
        .where(LiabilityWaiver.replacement_id == replacement_id)
        .order_by(LiabilityWaiver.id.desc())
        .limit(1)
    )


def may_be_charged(today: date, ids: Iterable[int] | None = None) -> Select[Any]:
    """Devices that should have been sent back, of which that was announced, and about which nobody
    waits for an answer; with the day on which it was announced."""
    waits = [
        select(kind.id).where(kind.replacement_id == Replacement.id, kind.answer == Answer.OPEN)
        for kind in (ReturnExtension, LiabilityWaiver)
    ]
    query: Any = (
        select(
            Replacement.id,
            Replacement.account_id,
            Replacement.country,
            Replacement.return_due_on,
            Replacement.charge_grace,
            ReturnNotice.told_on,
        )
        .join(ReturnNotice, ReturnNotice.replacement_id == Replacement.id)
        .join(Account, Account.id == Replacement.account_id)
        .where(ReturnNotice.due_on == Replacement.return_due_on, Account.closed_at.is_(None))
        .where(ReturnNotice.what == Near.OVER.name.lower())
        .where(Replacement.liability == Liability.AT_RISK)
        .where(Replacement.closed_at.is_(None), Replacement.returned == ReturnStage.LABEL_READY)
        .where(Replacement.stage == Stage.DELIVERED)
        .where(Replacement.return_due_on < today, Replacement.at_risk.is_not(None))
        .where(*(~each.exists() for each in waits))
        .order_by(Replacement.return_due_on, Replacement.id)
    )
    found: Select[Any] = query if ids is None else query.where(Replacement.id.in_(list(ids)))
    return found
