"""How much each role sees

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from portal.base.row_security import protect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ROLES = (
    *("administrator", "member", "observer", "partner", "partner_administrator", "agent"),
    *("escalation_manager", "logistics", "tam", "csm", "publisher", "staff_administrator"),
)


def upgrade() -> None:
    op.create_table(
        "role_visibility",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Enum(*ROLES, native_enum=False, length=32), nullable=False),
        sa.Column(
            "sees",
            sa.Enum("everything", "own_sites", "own", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_role_visibility_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_visibility")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_role_visibility_account_id_id")),
        sa.UniqueConstraint("account_id", "role", name=op.f("uq_role_visibility_account_id_role")),
    )
    protect(op.get_bind(), "role_visibility")


def downgrade() -> None:
    op.drop_table("role_visibility")
