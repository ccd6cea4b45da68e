"""To whom and to which request an address for answers belongs; see base/reply_addresses.py."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base
from portal.base.reply_addresses import Whose
from portal.base.tenancy import Internal, Owned, within
from portal.service_requests.models import OfRequest


class ReplyAddress(OfRequest, Owned, Internal, Base):
    """Somebody was told of a request by mail, and can answer. It is nobody's to see.

    `as_note`: what they were told was for staff, and so is their answer.
    """

    __tablename__ = "reply_address"
    __table_args__ = (
        within("service_request", "request_id"),
        UniqueConstraint("request_id", "user_id", "as_note"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    as_note: Mapped[bool] = mapped_column(default=False)

    @property
    def whose(self) -> Whose:
        return Whose(
            number=self.id,
            request_id=self.request_id,
            user_id=self.user_id,
            as_note=self.as_note,
        )
