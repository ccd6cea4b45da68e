"""What may be taken away as a table is what may be looked at: for every list, now and to come."""

from collections.abc import Iterator

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal.base.access import Permission, Role
from portal.base.file_store import FileStore
from portal.web.guard import access_of
from tests.cast import Making, path_to
from tests.conftest import SignInAs
from tests.factories import make_account, make_grant, make_partner, make_user

# Tables that nobody looks at elsewhere: for those who send in lists, and of what they sent.
OF_SENDERS = {
    "import_tables.template",
    "license_imports.template",
    "import_tables.faults",
    "import_tables.changes",
}


def exports(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        last = rule.rule.rpartition("/")[2]
        if "GET" in (rule.methods or ()) and ("csv" in last or "xlsx" in last):
            yield rule


def test_every_table_asks_for_what_its_list_asks_for(app: Flask) -> None:
    """Its list is the page in whose folder it lies, and the right to export is needed besides."""
    pages = {
        rule.rule: access_of(app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
    }
    seen = set()
    for rule in exports(app):
        access, folder = access_of(app.view_functions[rule.endpoint]), rule.rule.partition(".<")[0]
        assert access is not None
        seen.add(rule.endpoint)
        while folder not in pages:
            folder = folder.rpartition("/")[0]
            assert folder, rule
        listed = pages[folder]
        assert listed, rule
        assert listed.needs, rule
        assert listed.needs <= access.needs, (rule, listed.needs - access.needs)
        assert rule.endpoint in OF_SENDERS or Permission.EXPORT in access.needs, rule
    assert {"service_requests.export", "products.export", "users.export"} <= seen


def test_who_may_export_takes_nothing_away_that_they_may_not_look_at(
    app: Flask, session: Session, sign_in: SignInAs, files: FileStore
) -> None:
    account = make_account(session)
    partner = make_partner(session)
    both = frozenset({Permission.ACCOUNT_VIEW, Permission.EXPORT})
    make_grant(session, partner, account, permissions=both)
    client = sign_in(make_user(session, role=Role.PARTNER, partner=partner), acting_for=account)

    for rule in exports(app):
        assert _status(client, app, rule, Making(session, account, files)) == 403, rule


def test_who_may_look_but_not_export_takes_nothing_away(
    app: Flask, session: Session, sign_in: SignInAs, files: FileStore
) -> None:
    account = make_account(session)
    partner = make_partner(session)
    looks = {Permission.ACCOUNT_VIEW, Permission.PRODUCTS_VIEW, Permission.REQUESTS_VIEW}
    make_grant(session, partner, account, permissions=frozenset(looks))
    client = sign_in(make_user(session, role=Role.PARTNER, partner=partner), acting_for=account)

    for rule in exports(app):
        assert _status(client, app, rule, Making(session, account, files)) == 403, rule


def _status(client: FlaskClient, app: Flask, rule: Rule, making: Making) -> int:
    with client.get(path_to(app, rule, making)) as answer:
        return answer.status_code
