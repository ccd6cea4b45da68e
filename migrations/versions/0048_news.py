"""What people follow in the downloads, the links of their feeds, and what they were told of; what
waits for a digest that comes once a week

Revision ID: 0048
Revises: 0047
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

CATEGORIES = ("headset", "video", "voice", "quote_only")
HOW = ("at_once", "daily", "weekly", "never")
TABLES = ("news_told", "news_link", "news_following")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def _person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=f"fk_{table}_user_id")


def upgrade() -> None:
    op.add_column(
        "digest_line",
        sa.Column("weekly", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "news_following",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.Column("category", _enum("category", *CATEGORIES), nullable=True),
        sa.Column("how", _enum("how", *HOW), nullable=True),
        sa.Column("since", UTCDateTime(), nullable=False),
        _person("news_following"),
        sa.ForeignKeyConstraint(
            ["model_id"], ["product_model.id"], name="fk_news_following_model_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_news_following"),
        sa.UniqueConstraint("user_id", "model_id", name="uq_news_following_user_id_model_id"),
        sa.UniqueConstraint("user_id", "category", name="uq_news_following_user_id_category"),
    )
    op.create_index("ix_news_following_model", "news_following", ["model_id", "user_id"])
    op.create_index("ix_news_following_category", "news_following", ["category", "user_id"])
    op.create_table(
        "news_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        _person("news_link"),
        sa.PrimaryKeyConstraint("id", name="pk_news_link"),
        sa.UniqueConstraint("user_id", name="uq_news_link_user_id"),
    )
    op.create_table(
        "news_told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("security", sa.Boolean(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        _person("news_told"),
        sa.ForeignKeyConstraint(
            ["release_id"], ["software_release.id"], name="fk_news_told_release_id"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["published_document.id"], name="fk_news_told_document_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_news_told"),
        sa.UniqueConstraint(
            "release_id", "user_id", "security", name="uq_news_told_release_id_user_id_security"
        ),
        sa.UniqueConstraint("document_id", "user_id", name="uq_news_told_document_id_user_id"),
    )
    op.create_index("ix_news_told_user", "news_told", ["user_id"])
    op.create_index("ix_news_told_at", "news_told", ["told_at"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("digest_line", "weekly")
