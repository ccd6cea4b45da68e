"""What programs read, and what they check it with."""

import pytest
from cryptography.exceptions import InvalidSignature
from flask import Flask
from sqlalchemy.orm import Session

from portal.downloads.rules import Standing
from tests.conftest import SignInAs
from tests.downloads.conftest import World
from tests.downloads.test_routes import model_page
from tests.factories import make_account, make_user
from tests.signatures import SIGNER, checked


@pytest.fixture(autouse=True)
def _signing(app: Flask) -> None:
    app.extensions["signer"] = SIGNER


def test_a_manifest_is_signed_with_the_key_that_is_told(world: World) -> None:
    it = world.publish("7.2.1.1707")
    path, browser = f"/downloads/releases/{it.reference}/manifest.json", world.kari_browses
    public = browser.get("/signing/minisign.pub").text
    content, signature = browser.get(path).data, browser.get(f"{path}.minisig").text

    assert checked(public, content, signature) == f"{it.reference} 7.2.1.1707"
    assert public.splitlines()[-1] in browser.get("/signing").text
    with pytest.raises(InvalidSignature):
        checked(public, content.replace(b"7.2.1.1707", b"7.2.1.1708"), signature)
    with pytest.raises(InvalidSignature):
        checked(public, content, signature.replace("1707", "1708"))


def test_the_manifest_of_a_model_has_all_its_versions(world: World) -> None:
    step = world.publish("7.0.3.0515")
    world.publish("7.2.1.1707", predecessor_id=step.id)
    world.publish("7.1.0", standing=Standing.BLOCKED)
    path, browser = f"{model_page(world)}/manifest.json", world.kari_browses

    told = browser.get(path).json

    assert told
    versions = [each["version"] for each in told["releases"]]
    assert versions == ["7.2.1.1707", "7.1.0", "7.0.3.0515"]
    assert (told["model"], told["suggested"]) == ("CCX 500", "7.2.1.1707")
    assert told["releases"][0]["install_first"] == "7.0.3.0515"
    assert told["releases"][1]["file"] is None
    public = browser.get("/signing/minisign.pub").text
    assert checked(public, browser.get(path).data, browser.get(f"{path}.minisig").text)


def test_a_manifest_that_one_has_is_not_sent_again(world: World) -> None:
    path = f"{model_page(world)}/manifest.json"
    etag = world.kari_browses.get(path).headers["ETag"]
    asking = {"If-None-Match": etag}

    assert world.kari_browses.get(path, headers=asking).status_code == 304
    world.publish("7.2.0")
    assert world.kari_browses.get(path, headers=asking).status_code == 200


def test_a_mirror_is_listed_what_its_account_is_given(
    session: Session, world: World, sign_in: SignInAs
) -> None:
    it, fix = world.publish("7.2.0"), world.publish("7.1.0", security=True)
    world.publish("7.0.0", standing=Standing.BLOCKED)
    other = sign_in(make_user(session, account=make_account(session, "Andre AS")))

    listed = world.kari_browses.get("/downloads/mirror.txt").text.splitlines()

    assert it.file
    assert listed[:3] == [
        f"http://localhost/downloads/releases/{it.reference}/file",
        f"  out={it.reference}/firmware-7.2.0.zip",
        f"  checksum=sha-256={it.file.sha256}",
    ]
    assert len(listed) == 6
    assert other.get("/downloads/mirror.txt").text.count("checksum") == 1
    assert fix.reference in other.get("/downloads/mirror.txt").text
