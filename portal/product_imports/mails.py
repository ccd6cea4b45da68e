"""The mail that tells how an import went."""

from portal.accounts.models import User
from portal.base.tenancy import ScopedSession
from portal.product_imports.models import ProductImport
from portal.web.mail import send_mail


def import_mail(session: ScopedSession, it: ProductImport, to: User) -> None:
    receipt = it.receipt
    send_mail(
        session,
        to=to.email,
        language=to.language or "nb",
        template="product_imports/done",
        name=to.name,
        file=it.name,
        reference=it.reference,
        new=receipt["new"],
        changed=receipt["changed"],
        counted=receipt["counted"],
        wrong=it.report["outcomes"].get("wrong", 0),
    )
