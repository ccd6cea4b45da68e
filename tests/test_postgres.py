"""The server that is made for the tests, tried where there is one to be made."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests import postgres

needs_postgres = pytest.mark.skipif(
    postgres.find() is None and os.environ.get("CI") != "true",
    reason="no PostgreSQL server is installed",
)


@needs_postgres
def test_a_server_is_made_for_the_tests_and_leaves_nothing_behind() -> None:
    programs = postgres.find()
    assert programs
    with postgres.server(programs) as url:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            assert connection.execute(text("SHOW server_encoding")).scalar_one() == "UTF8"
            folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
        engine.dispose()
    assert not folder.parent.exists()


@needs_postgres
def test_the_server_ends_when_the_tests_are_killed(root: Path) -> None:
    script = (
        "import time; from tests import postgres\n"
        "with postgres.server(postgres.find()) as url: print(url, flush=True); time.sleep(60)"
    )
    killed = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=root
    )
    assert killed.stdout
    url = killed.stdout.readline().strip()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    for _ in range(100):
        try:
            engine.connect().close()
        except Exception:
            break
        time.sleep(0.1)
    else:
        pytest.fail("The server goes on.")
    engine.dispose()
