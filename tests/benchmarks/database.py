"""A database to measure in: made by the migrations, used as in production, thrown away after."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import sessionmaker

from portal.app import create_app, open_sessions
from portal.base import migrations
from portal.base.db import make_engine
from portal.base.tenancy import ScopedSession
from portal.config import Settings
from portal.web.session import Sessions
from tests import databases, postgres
from tests.benchmarks.bare_page import add_bare_page
from tests.conftest import Arranging

# What is measured is asked for more often than anybody may.
UNLIMITED = ",".join(
    f"search {by}=1000000/1" for by in ("per person", "per account", "per network", "in all")
)


@dataclass(frozen=True, slots=True)
class Bench:
    """The portal with the bare page, on one database."""

    kind: str
    folder: Path
    owner_url: str
    settings: Settings
    sessions: Sessions
    app: Flask

    @property
    def engine(self) -> Engine:
        engine: Engine = self.sessions.kw["bind"]
        return engine

    @contextmanager
    def arranging(self) -> Iterator[ScopedSession]:
        """A session that no scope and no row-level security binds."""
        engine = make_engine(self.owner_url)
        scope = Arranging(None, None, staff=True, reason="benchmark")
        with sessionmaker(engine, class_=ScopedSession)(scope=scope) as session:
            yield session
            session.commit()
        engine.dispose()

    def settle(self) -> None:
        """What PostgreSQL does by itself after a while: learn what is in the tables."""
        if self.kind == "postgresql":
            engine = make_engine(self.owner_url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("VACUUM ANALYZE"))
            engine.dispose()


@contextmanager
def servers(kind: str) -> Iterator[str]:
    """Where databases of this kind are made: a server's URL, or nothing for SQLite."""
    if kind == "sqlite":
        yield ""
        return
    programs = postgres.find()
    if programs is None:
        raise SystemExit("No PostgreSQL server is installed.")
    with postgres.server(programs) as url:
        yield url


@contextmanager
def bench(kind: str, server: str) -> Iterator[Bench]:
    with TemporaryDirectory(prefix="portal-benchmark-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'portal.sqlite'}"
        if kind == "postgresql":
            url = databases.create(server, f"benchmark_{token_hex(4)}")
        migrations.upgrade(url)
        used = databases.as_application(url)
        if kind == "postgresql":
            engine = make_engine(url)
            with engine.begin() as connection:
                databases.admit_application(connection)
            engine.dispose()
        settings = Settings(
            database_url=used,
            secret_key=token_hex(32),
            portal_url="http://localhost",
            storage_url=(folder / "files").as_uri(),
            second_factor_required=False,
            limits=UNLIMITED,
        )
        sessions = open_sessions(used)
        app = create_app(settings, sessions=sessions)
        add_bare_page(app)
        yield Bench(kind, folder, url, settings, sessions, app)
        sessions.kw["bind"].dispose()
