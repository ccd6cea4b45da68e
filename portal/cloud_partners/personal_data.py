"""What somebody did and wrote in cloud partner cases."""

from collections.abc import Iterator

from sqlalchemy import select

from portal.accounts.models import Account
from portal.accounts.personal_data import Asking, Row, tells
from portal.base.references import reference
from portal.base.words import N_
from portal.cloud_partners.models import CloudPartnerStep
from portal.service_requests.models import PREFIX


@tells(
    "cloud_partner_steps",
    N_("What you did and wrote in cases with cloud partners"),
    organization=N_("Organization"),
    request=N_("Request"),
    at=N_("Time"),
    step=N_("Step"),
    text=N_("Text"),
)
def done(asking: Asking) -> Iterator[Row]:
    query = (
        select(CloudPartnerStep, Account.name)
        .join(Account, Account.id == CloudPartnerStep.account_id)
        .where(CloudPartnerStep.by_id == asking.user.id)
        .order_by(CloudPartnerStep.account_id, CloudPartnerStep.id)
    )
    for session in asking.accounts():
        for it, account in session.execute(query):
            yield {
                "organization": account,
                "request": reference(PREFIX, it.request_id),
                "at": it.at,
                "step": it.kind.value,
                "text": it.text,
            }
