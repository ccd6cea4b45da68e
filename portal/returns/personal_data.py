"""What somebody asked and sent in about devices that are sent back or destroyed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Account
from portal.accounts.personal_data import Asking, Row, tells
from portal.base.references import reference
from portal.base.words import N_
from portal.replacements.rules import PREFIX
from portal.returns.models import DestructionCertificate, ReturnExtension


@tells(
    "returns",
    N_("More time you asked for, and certificates of destruction you sent in"),
    organization=N_("Organization"),
    replacement=N_("Replacement"),
    asked_at=N_("Sent in"),
    reason=N_("Reason"),
    signed_by=N_("Signed by"),
)
def said(asking: Asking) -> Iterator[Row]:
    me = asking.user.id
    extensions: Any = (
        select(ReturnExtension, Account.name)
        .join(Account, Account.id == ReturnExtension.account_id)
        .where(ReturnExtension.asked_by_id == me)
    )
    certificates: Any = (
        select(DestructionCertificate, Account.name)
        .join(Account, Account.id == DestructionCertificate.account_id)
        .where(DestructionCertificate.sent_by_id == me)
    )
    for session in asking.accounts():
        for it, account in session.execute(extensions.order_by(ReturnExtension.id)):
            number = reference(PREFIX, it.replacement_id)
            told = {"asked_at": it.asked_at, "reason": it.reason, "signed_by": None}
            yield {"organization": account, "replacement": number, **told}
        for it, account in session.execute(certificates.order_by(DestructionCertificate.id)):
            number = reference(PREFIX, it.replacement_id)
            told = {"asked_at": it.sent_at, "reason": None, "signed_by": it.signed_by}
            yield {"organization": account, "replacement": number, **told}
