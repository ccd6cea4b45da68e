"""Two publishers, a phone, and files as they come."""

import gzip
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.access import Role
from portal.base.file_store import FileStore
from portal.catalogue.models import Category, ProductModel
from portal.downloads.models import SoftwareRelease
from tests.conftest import SignInAs
from tests.factories import make_model, make_user

_number = count()
PART = 512 * 1024


def a_zip(size: int = 3000) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        entry = zipfile.ZipInfo("firmware.bin", (2026, 12, 1, 12, 0, 0))
        archive.writestr(entry, bytes(range(256)) * (size // 256 + 1))
    return made.getvalue()


def a_gzip(size: int = 3000) -> bytes:
    return gzip.compress(bytes(range(256)) * (size // 256 + 1), mtime=0)


@dataclass(frozen=True, slots=True)
class Desk:
    session: Session
    store: FileStore
    phone: ProductModel
    petra: User
    per: User
    petra_browses: FlaskClient
    per_browses: FlaskClient

    def send(
        self, content: bytes, name: str = "ccx.zip", browser: FlaskClient | None = None
    ) -> Any:
        """Sent in parts, as the script does; what the server said last."""
        browser = self.petra_browses
        begun = browser.post("/desk/publish/files", data={"name": name, "size": len(content)})
        if begun.status_code != 201:
            return begun
        answer, path = begun, begun.headers["Location"]
        for start in range(0, len(content), PART):
            answer = browser.patch(
                path,
                data=content[start : start + PART],
                headers={"Upload-Offset": str(start)},
                content_type="application/offset+octet-stream",
            )
            if answer.status_code >= 500:
                break
        return answer

    def facts(self, **told: Any) -> dict[str, Any]:
        return {
            "token": f"token-{next(_number)}",
            "sort": "firmware",
            "platform": "",
            "printed": "7.2.1.1707",
            "models": self.phone.name,
            "channels": ["portal", "lens", "teams"],
            "audience": "covered",
            "note_fixed_nb": "Rettet ringetone.",
            "note_fixed_en": "Fixed the ring tone.",
        } | told

    def draft(self, **told: Any) -> SoftwareRelease:
        sent = self.send(a_zip()).json
        answer = self.petra_browses.post(
            "/desk/publish/releases", data=self.facts(files=sent["token"], **told)
        )
        assert answer.status_code == 303, answer.text
        return self.newest()

    def newest(self) -> SoftwareRelease:
        self.session.expire_all()
        newest = select(SoftwareRelease).order_by(SoftwareRelease.id.desc()).limit(1)
        return self.session.scalars(newest).one()

    def do(self, it: SoftwareRelease, deed: str, by: FlaskClient | None = None, **told: Any) -> Any:
        """On a page that is opened now, unless `version` says what it showed."""
        browser, path = by or self.petra_browses, f"/desk/publish/releases/{it.reference}"
        if deed not in {"withdrawal", "standing"}:
            self.session.expire_all()
            told = {"version": it.revision} | told
        return browser.post(f"{path}/{deed}", data=told)


@pytest.fixture
def desk(session: Session, files: FileStore, sign_in: SignInAs) -> Desk:
    phone = make_model(session, "CCX 500", category=Category.VOICE)
    petra, per = (make_user(session, role=Role.PUBLISHER) for _ in range(2))
    session.commit()
    return Desk(session, files, phone, petra, per, sign_in(petra), sign_in(per))


RunJobs = Callable[..., int]
