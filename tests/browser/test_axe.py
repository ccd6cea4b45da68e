"""Axe on every page one can come to, each by someone who may, and on what comes back refused.

The pages are those of the URL map: one that is neither in PAGES nor in ELSEWHERE fails.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page

from portal.app import create_app
from portal.base.references import reference
from portal.catalogue.models import ProductModel
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.watching import is_wide
from tests.conftest import SETTINGS

KARI, ADMIN = "kari@nordlys", "admin@poly"
# What a rule is asked with, and by whom. {…} stands for a record's reference.
PAGES: dict[str, tuple[str, list[str]]] = {
    "/": (KARI, ["/"]),
    "/<any(accessibility, contact, cookies, privacy, terms):name>": (
        "",
        ["/accessibility", "/contact", "/cookies", "/privacy", "/terms"],
    ),
    "/accounts": (KARI, ["/accounts"]),
    "/desk/accounts": (ADMIN, ["/desk/accounts", "/desk/accounts?q=finnesikke"]),
    "/desk/agreements": (ADMIN, ["/desk/agreements"]),
    "/desk/agreements/<number>": (ADMIN, ["/desk/agreements/PPE-204417"]),
    "/desk/agreements/<number>/terms": (ADMIN, ["/desk/agreements/PPE-204417/terms"]),
    "/desk/agreements/new": (ADMIN, ["/desk/agreements/new"]),
    "/desk/catalogue": (ADMIN, ["/desk/catalogue", "/desk/catalogue?q=finnesikke"]),
    "/desk/catalogue/<ref>": (ADMIN, ["/desk/catalogue/{model}"]),
    "/desk/catalogue/<ref>/facts": (ADMIN, ["/desk/catalogue/{model}/facts"]),
    "/desk/catalogue/new": (ADMIN, ["/desk/catalogue/new"]),
    "/desk/jobs": (ADMIN, ["/desk/jobs"]),
    "/desk/mailbox": (ADMIN, ["/desk/mailbox"]),
    "/desk/mailbox/<int(max=2147483647):mail_id>": (ADMIN, ["/desk/mailbox/{mail}"]),
    "/desk/style": (ADMIN, ["/desk/style"]),
    "/help": ("", ["/help"]),
    "/help/<name>": ("", ["/help/import", "/help/coverage"]),
    "/organization/sites": (KARI, ["/organization/sites", "/organization/sites?q=finnesikke"]),
    "/organization/sites/<reference>": (KARI, ["/organization/sites/{site}"]),
    "/organization/sites/<reference>/details": (KARI, ["/organization/sites/{site}/details"]),
    "/organization/sites/new": (KARI, ["/organization/sites/new"]),
    "/partner": ("siri@vestnett", ["/partner"]),
    "/password-reset": ("", ["/password-reset"]),
    "/password-reset/<token>": ("", ["/password-reset/forbi"]),
    "/password-reset/sent": ("", ["/password-reset/sent"]),
    "/products": (KARI, ["/products", "/products?q=finnesikke", "/products?q=savi&category=video"]),
    "/products/<reference>": (KARI, ["/products/{product}", "/products/P-0"]),
    "/products/counts/<reference>": (KARI, ["/products/counts/{count}"]),
    "/products/counts/new": (KARI, ["/products/counts/new"]),
    "/products/import": (KARI, ["/products/import"]),
    "/products/import/<reference>": (KARI, ["/products/import/{import}"]),
    "/products/registration": (KARI, ["/products/registration"]),
    "/products/registration/lookup": (KARI, ["/products/registration/lookup?serial_number=ESH746"]),
    "/products/registration/models": (KARI, ["/products/registration/models?model=savi"]),
    "/products/registration/scan": (KARI, ["/products/registration/scan"]),
    "/products/sites": (KARI, ["/products/sites?site=tr"]),
    "/sign-in": ("", ["/sign-in"]),
    "/status": ("", ["/status"]),
}
# No pages: files, words for machines, lists for a field, what leads on, what only a fault brings.
ELSEWHERE = {
    "/desk/choices/customers",
    "/desk/choices/partners",
    "/desk/jobs/<int(max=2147483647):job_id>",
    "/healthz",
    "/metrics",
    "/products/devices.<any(csv, xlsx):format>",
    "/products/import/<reference>/faults.<any(csv, xlsx):format>",
    "/products/import/template.<any(csv, xlsx):format>",
    "/readyz",
    "/search",
    "/static/<path:filename>",
}
# Forms that are sent with nothing in them come back refused.
REFUSED = [
    ("", "/sign-in", "Logg inn"),
    ("", "/password-reset", "Send lenken"),
    (KARI, "/products/registration", "Registrer enheten"),
    (KARI, "/products/import", "Kontroller filen"),
    (KARI, "/organization/sites/new", "Legg til lokasjonen"),
    (KARI, "/products/registration/scan", "Les bildet"),
]
EVERYTHING = os.environ.get("PORTAL_TEST_ALL") == "1"
LOOKS = [
    pytest.param(
        {"color_scheme": scheme, "language": language, "width": width},
        id=f"{scheme}-{language}-{width}",
    )
    for scheme in (("light", "dark") if EVERYTHING else ("light",))
    for language in (("nb", "en") if EVERYTHING else ("nb",))
    for width in ((1280, 360, 320) if EVERYTHING else (1280,))
]


def records(portal: Portal) -> dict[str, str]:
    tables = {"product": "P", "site": "S", "product_count": "PC", "product_import": "I"}
    with closing(portal.connect()) as database:
        newest = {
            table: database.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
            for table in (*tables, ProductModel.__tablename__, "mail")
        }
    found = {table: reference(prefix, newest[table]) for table, prefix in tables.items()}
    return {
        "product": found["product"],
        "site": found["site"],
        "count": found["product_count"],
        "import": found["product_import"],
        "model": reference("M", newest[ProductModel.__tablename__]),
        "mail": str(newest["mail"]),
    }


def test_every_page_is_looked_at() -> None:
    rules = create_app(SETTINGS).url_map.iter_rules()

    assert {rule.rule for rule in rules if "GET" in (rule.methods or ())} == {*PAGES, *ELSEWHERE}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("person", sorted({person for person, _paths in PAGES.values()}))
def test_axe_finds_nothing(
    stocked: Portal, visit: Visit, person: str, look: dict[str, Any]
) -> None:
    known = records(stocked)
    page = visit(person, **look)

    found = {
        path: troubles
        for who, paths in PAGES.values()
        if who == person
        for path in (each.format(**known) for each in paths)
        if (troubles := list(_troubles(page, path)))
    }

    assert found == {}


@pytest.mark.parametrize(("person", "path", "button"), REFUSED)
def test_axe_finds_nothing_on_what_is_refused(
    stocked: Portal, visit: Visit, person: str, path: str, button: str
) -> None:
    page = visit(person)
    page.goto(path)
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=button).click()

    assert page.title().startswith("Feil:")
    assert violations(page) == []


def _troubles(page: Page, path: str) -> Iterator[str]:
    page.goto(path)
    yield from violations(page)
    if is_wide(page):
        yield "the page is wider than the screen"
