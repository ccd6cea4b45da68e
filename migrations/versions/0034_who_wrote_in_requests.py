"""Requests are found by who has them, opened them or wrote in them; and people are told as an
authorization comes to its end

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ENTRIES = {2: "NOT internal", 3: "true"}  # of customers, and of staff
_MARKS = """
SELECT id AS request_id, 'p' || opened_by_id AS mark FROM service_request
    WHERE opened_by_id IS NOT NULL
UNION SELECT request_id, 'p' || author_id FROM service_request_message
    WHERE author_id IS NOT NULL AND {seen}
"""
_OWNERS = """
UNION SELECT id, 'o' || owner_id FROM service_request WHERE owner_id IS NOT NULL
"""
_MARK = {
    "sqlite": """
UPDATE search_entry SET words = words || told.marks || ' '
FROM (SELECT request_id * 16 + {kind} AS id, group_concat(mark, ' ') AS marks
    FROM ({marks}) AS one GROUP BY request_id) AS told
WHERE search_entry.id = told.id
""",
    "postgresql": """
UPDATE search_entry SET words = words || array_to_tsvector(told.marks)
FROM (SELECT request_id::bigint * 16 + {kind} AS id, array_agg(mark) AS marks
    FROM ({marks}) AS one GROUP BY request_id) AS told
WHERE search_entry.id = told.id
""",
}


def upgrade() -> None:
    warned = sa.Column("authorization_warned_of", sa.Date(), nullable=True)
    op.add_column("cloud_partner_case", warned)
    walled = op.get_bind().dialect.name == "postgresql"
    tables = ("service_request", "service_request_message") if walled else ()
    for table in tables:  # here the owner reads of every account
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for kind, seen in _ENTRIES.items():
        # Staff's entries tell already who has it.
        marks = _MARKS.format(seen=seen) + (_OWNERS if kind == 2 else "")
        statement = _MARK[op.get_bind().dialect.name].format(kind=kind, marks=marks)
        op.execute(sa.text(statement))
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    """The marks stay: nobody asks for them, and the next deed takes them away."""
    with op.batch_alter_table("cloud_partner_case") as table:
        table.drop_column("authorization_warned_of")
