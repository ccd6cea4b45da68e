"""How satisfied somebody said they were."""

from collections.abc import Iterator

from sqlalchemy import select

from portal.accounts.models import Account
from portal.accounts.personal_data import Asking, Row, tells
from portal.base.references import reference
from portal.base.words import N_
from portal.request_pages.models import Satisfaction
from portal.service_requests.models import PREFIX


@tells(
    "ratings",
    N_("How satisfied you were with our help"),
    organization=N_("Organization"),
    request=N_("Request"),
    at=N_("Time"),
    score=N_("From 1 to 5"),
    comment=N_("Comment"),
)
def rated(asking: Asking) -> Iterator[Row]:
    query = (
        select(Satisfaction, Account.name)
        .join(Account, Account.id == Satisfaction.account_id)
        .where(Satisfaction.by_id == asking.user.id)
        .order_by(Satisfaction.account_id, Satisfaction.id)
    )
    for session in asking.accounts():
        for it, account in session.execute(query):
            yield {
                "organization": account,
                "request": reference(PREFIX, it.request_id),
                "at": it.at,
                "score": it.score,
                "comment": it.comment,
            }
