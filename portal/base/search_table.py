"""The table of everything that can be searched."""

from sqlalchemy import BigInteger, Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR

from portal.base.db import Base
from portal.base.reach import own

Row = tuple[int, int, str, str]
KINDS = 16  # an entry's id is its record's times this, and its kind
TOP = 2**62  # above every entry
NO_ACCOUNT = 0  # whose entries are for everyone

search_entry = Table(
    "search_entry",
    Base.metadata,
    Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    ),
    Column("account_id", Integer, nullable=False),
    Column("words", Text().with_variant(TSVECTOR, "postgresql"), nullable=False),
    Column("identifiers", Text, nullable=False),
)

own(search_entry.name)  # so that only base/search.py comes past the trip-wire
