"""What people follow, the link of their feed and calendar, and what they were told."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base
from portal.catalogue.models import Category
from portal.notices.notice import How


class NewsFollowing(Base):
    """Somebody wants to hear what is new for a model, or for a category of them.

    Shared: it is a person's, in every account they are in. What they may be told is asked anew
    each time.
    """

    __tablename__ = "news_following"
    __table_args__ = (
        UniqueConstraint("user_id", "model_id"),
        UniqueConstraint("user_id", "category"),
        Index("ix_news_following_model", "model_id", "user_id"),
        Index("ix_news_following_category", "category", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    model_id: Mapped[int | None] = mapped_column(ForeignKey("product_model.id"))  # or else
    category: Mapped[Category | None]
    how: Mapped[How | None]  # by mail; None: as they chose for all that they follow
    since: Mapped[datetime]


class NewsLink(Base):
    """The link by which programs fetch a person's feed and calendar without signing in.

    What stands in the link is signed and kept nowhere; `generation` says which one is good. Shared:
    it is opened before there is a scope.
    """

    __tablename__ = "news_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    active: Mapped[bool]
    generation: Mapped[int]
    made_at: Mapped[datetime]


class NewsTold(Base):
    """Somebody was told of a release or a document: once, however often the job is done.

    Shared: it is one person's, whichever of their accounts it came through. That a release is a
    security fix is told to whoever was told of the release before.
    """

    __tablename__ = "news_told"
    __table_args__ = (
        UniqueConstraint("release_id", "user_id", "security"),
        UniqueConstraint("document_id", "user_id"),
        Index("ix_news_told_user", "user_id"),
        Index("ix_news_told_at", "told_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    release_id: Mapped[int | None] = mapped_column(ForeignKey("software_release.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("published_document.id"))
    security: Mapped[bool] = mapped_column(default=False)
    told_at: Mapped[datetime]
