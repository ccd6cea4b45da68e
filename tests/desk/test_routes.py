import re
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.base.access import STAFF_ROLES, Role
from portal.desk.routes import ICONS
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.web.html import check_html

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("language", ["nb", "en"])
def test_the_style_page_is_sound(sign_in: SignInAs, session: Session, language: str) -> None:
    staff = make_user(session, role=Role.STAFF_ADMINISTRATOR, language=language)
    answer = sign_in(staff).get("/desk/style")

    assert answer.status_code == 200
    check_html(answer)


def test_the_style_page_is_for_portal_administrators_and_in_no_others_menu(
    sign_in: SignInAs, session: Session
) -> None:
    assert sign_in(make_user(session)).get("/desk/style").status_code == 403
    for role in set(STAFF_ROLES) - {Role.STAFF_ADMINISTRATOR}:
        browser = sign_in(make_user(session, role=role))
        assert browser.get("/desk/style").status_code == 403
        page = browser.get("/desk/incidents").text
        assert 'href="/desk/incidents"' in page
        assert 'href="/desk/style"' not in page


def test_the_style_page_shows_every_part() -> None:
    page = (ROOT / "templates/desk/style.html").read_text("utf-8")
    frame = {"csrf", "news", "brand", "options", "status_tag", "copy"}  # seen within others
    parts = set()
    for name in ("_ui.html", "_ui_forms.html", "_ui_lists.html"):
        text = (ROOT / "templates" / name).read_text("utf-8")
        parts |= set(re.findall(r"{% macro ([a-z]\w+)\(", text))

    assert {part for part in parts - frame if f"ui.{part}(" not in page} == set()


def test_every_part_is_listed_for_those_who_build_pages() -> None:
    listing = (ROOT / "templates/_ui.html").read_text("utf-8").partition("#}")[0]
    for name in ("_ui.html", "_ui_forms.html", "_ui_lists.html", "_signs.html"):
        text = (ROOT / "templates" / name).read_text("utf-8")
        for part in re.findall(r"{% macro ([a-z]\w+)\(", text):
            assert f"{part}(" in listing, part


def test_the_style_page_shows_every_icon() -> None:
    drawn = "".join(
        (ROOT / "static" / name).read_text("utf-8")
        for name in ("vendor/aksel.svg", "pictograms.svg")
    )
    icons = set(re.findall(r'<symbol id="([a-z0-9-]+)"', drawn))

    assert {each for each in icons if not each.startswith("p-")} == set(ICONS)
