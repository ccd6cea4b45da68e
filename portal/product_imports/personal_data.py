"""Device lists that somebody sent in. What is in them is the organization's."""

from collections.abc import Iterator

from sqlalchemy import select

from portal.accounts.models import Account
from portal.accounts.personal_data import Asking, Row, tells
from portal.base.words import N_
from portal.product_imports.models import ProductImport


@tells(
    "imports",
    N_("Device lists you sent in"),
    organization=N_("Organization"),
    reference=N_("Reference"),
    name=N_("File"),
    started_at=N_("Sent in"),
    status=N_("Status"),
)
def imports(asking: Asking) -> Iterator[Row]:
    mine = (
        select(ProductImport, Account.name)
        .join(Account, Account.id == ProductImport.account_id)
        .where(ProductImport.started_by_id == asking.user.id)
        .order_by(ProductImport.account_id, ProductImport.id)
    )
    for session in asking.accounts():
        for it, account in session.execute(mine):
            yield {
                "organization": account,
                "reference": it.reference,
                "name": it.name,
                "started_at": it.started_at,
                "status": it.status,
            }
