"""kill -9 while a file is put together and published: customers see all of it or nothing."""

import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.file_store import FileStore
from portal.catalogue.models import Category
from portal.downloads.models import PublishedFile, SoftwareRelease
from tests.conftest import SETTINGS
from tests.factories import make_model
from tests.publishing.conftest import a_zip

TIMES = 40 if os.environ.get("PORTAL_TEST_ALL") == "1" else 6


def test_whatever_is_killed_leaves_nothing_half_visible(
    session: Session, database_url: str, tmp_path: Path, files: FileStore
) -> None:
    make_model(session, "CCX 500", category=Category.VOICE)
    session.commit()
    content, chance = a_zip(20_000_000), Random(3)
    file = tmp_path / "ccx.zip"
    file.write_bytes(content)
    environment = os.environ | SETTINGS.to_environment()
    environment |= {"DATABASE_URL": database_url, "STORAGE_URL": files._address.geturl()}

    def start(version: str) -> subprocess.Popen[bytes]:
        asked = ["publish", str(file), "--model", "CCX 500", "--release", version]
        return subprocess.Popen(
            [sys.executable, "-m", "portal.cli", *asked], env=environment, stdout=subprocess.DEVNULL
        )

    begun = time.monotonic()
    assert start("1.0").wait() == 0
    took = time.monotonic() - begun
    for number in range(TIMES):
        process = start(f"2.{number}")
        time.sleep(chance.uniform(0.3, 1.0) * took)
        process.send_signal(signal.SIGKILL)
        process.wait()

    session.expire_all()
    made = session.scalars(select(SoftwareRelease)).all()
    assert "1.0" in {it.version for it in made}
    for it in made:
        assert it.file
        kept = sha256(b"".join(files.read(it.file.key))).hexdigest()
        assert kept == it.file.sha256 == sha256(content).hexdigest()
    known = {it.file_id for it in made}
    assert {it.id for it in session.scalars(select(PublishedFile))} == known


@pytest.mark.parametrize("stated", ["0" * 64, "nonsense"])
def test_another_checksum_than_was_stated_is_refused(
    session: Session, database_url: str, tmp_path: Path, files: FileStore, stated: str
) -> None:
    make_model(session, "CCX 500", category=Category.VOICE)
    session.commit()
    file = tmp_path / "ccx.zip"
    file.write_bytes(a_zip())
    environment = os.environ | SETTINGS.to_environment()
    environment |= {"DATABASE_URL": database_url, "STORAGE_URL": files._address.geturl()}
    asked = ["publish", str(file), "--model", "CCX 500", "--release", "1.0", "--sha256", stated]

    done = subprocess.run(
        [sys.executable, "-m", "portal.cli", *asked],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "The checksum of “ccx.zip” is not the one that was stated." in done.stderr
    assert session.scalars(select(SoftwareRelease)).all() == []
    assert session.scalars(select(PublishedFile)).all() == []
