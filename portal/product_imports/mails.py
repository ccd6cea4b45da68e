"""The mail that tells how an import went."""

from portal.accounts.models import User
from portal.base.tenancy import ScopedSession
from portal.notices.mails import notify
from portal.notices.notice import Notice
from portal.product_imports.models import ProductImport


def import_mail(session: ScopedSession, it: ProductImport, to: User) -> None:
    receipt = it.receipt
    notify(
        session,
        to,
        Notice.IMPORT_DONE,
        template="product_imports/done",
        account_id=it.account_id,
        name=to.name,
        file=it.name,
        reference=it.reference,
        new=receipt["new"],
        changed=receipt["changed"],
        counted=receipt["counted"],
        wrong=it.report["outcomes"].get("wrong", 0),
    )
