"""Everyone who may come to a door of the portal, and a record of the kind each door is about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal.accounts.models import Account
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.file_store import FileStore
from portal.base.files import StoredFile
from portal.base.jobs import later
from portal.base.mails import Mail
from portal.base.references import reference
from portal.passwords.actions import begin_reset
from portal.product_imports.models import ImportStatus, ProductImport
from portal.product_imports.report import Report
from portal.products.models import ProductCount
from tests.conftest import SignInAs
from tests.factories import (
    MOMENT,
    make_agreement,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_site,
    make_user,
)

# Who they are is said in `assemble`, in this order.
ACTORS = (
    "stranger",
    "observer",
    "member",
    "administrator",
    "foreigner",
    "partner",
    "curtailed",
    "idle_partner",
    "outsider",
    "agent",
    "idle_agent",
    "csm",
    "staff_admin",
    "idle_admin",
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_number = count(1)


def assemble(
    session: Session, sign_in: SignInAs, stranger: FlaskClient, account: Account
) -> dict[str, FlaskClient]:
    """Each actor's browser. All but the foreigner and the idle ones have this account at hand."""
    partner = make_partner(session)
    make_grant(session, partner, account)
    curtailed = make_partner(session)
    make_grant(session, curtailed, account, permissions=frozenset({Permission.ACCOUNT_VIEW}))

    def of_partner(whose: object, acting_for: Account | None = None) -> FlaskClient:
        user = make_user(session, role=Role.PARTNER, partner=whose)  # type: ignore[arg-type]
        return sign_in(user, acting_for=acting_for)

    def of_role(role: Role, acting_for: Account | None = None) -> FlaskClient:
        return sign_in(make_user(session, account=account, role=role), acting_for=acting_for)

    return {
        "stranger": stranger,
        "observer": of_role(Role.OBSERVER),
        "member": of_role(Role.MEMBER),
        "administrator": of_role(Role.ADMINISTRATOR),
        "foreigner": sign_in(make_user(session, role=Role.ADMINISTRATOR)),
        "partner": of_partner(partner, account),
        "curtailed": of_partner(curtailed, account),
        "idle_partner": of_partner(partner),
        "outsider": of_partner(make_partner(session)),
        "agent": of_role(Role.AGENT, account),
        "idle_agent": of_role(Role.AGENT),
        "csm": of_role(Role.CSM, account),
        "staff_admin": of_role(Role.STAFF_ADMINISTRATOR, account),
        "idle_admin": of_role(Role.STAFF_ADMINISTRATOR),
    }


def doors(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every way in: a method and a rule of the URL map."""
    for rule in app.url_map.iter_rules():
        for method in METHODS:
            if method in (rule.methods or ()):
                yield f"{method} {rule.rule}", rule


@dataclass(frozen=True, slots=True)
class Making:
    """What it takes to make a record of an account."""

    session: Session
    account: Account
    files: FileStore


def an_import(making: Making) -> str:
    session, account = making.session, making.account
    key = f"wrong-rows-of-import-{next(_number)}"
    making.files.put(key, [b'[["AB"], []]\n'])
    file = StoredFile(
        account_id=account.id,
        key=key,
        name="liste.csv",
        media_type="text/csv",
        size=1,
        sha256="0" * 64,
        created_at=MOMENT,
    )
    session.add(file)
    session.flush()
    made = ProductImport(
        account_id=account.id,
        name="liste.csv",
        file_id=file.id,
        faults_id=file.id,
        started_at=MOMENT,
        status=ImportStatus.READY,
        report=Report().stored(),
    )
    session.add(made)
    session.commit()
    return made.reference


def a_count(making: Making) -> str:
    made = ProductCount(
        account_id=making.account.id,
        model=make_model(making.session),
        number=3,
        registered_at=MOMENT,
    )
    making.session.add(made)
    making.session.commit()
    return made.reference


def _a_parked_job(making: Making) -> str:
    job = later(making.session, "mail.send", account_id=making.account.id)
    job.parked_at = MOMENT
    making.session.commit()
    return str(job.id)


def _a_mail(making: Making) -> str:
    mail = Mail(
        message_id=f"<{next(_number)}@localhost>",
        address="ola@example.com",
        language="nb",
        subject="Hei",
        text="Hei",
        html="<p>Hei</p>",
        written_at=MOMENT,
    )
    making.session.add(mail)
    making.session.commit()
    return str(mail.id)


def _a_reset(making: Making) -> str:
    token = begin_reset(making.session, make_user(making.session), now=clock.now())
    making.session.commit()
    return token


# What stands for an argument of a rule: a fresh record of the account, for each who asks.
RECORDS: dict[str, Callable[[Making], str]] = {
    "products.reference": lambda it: make_product(it.session, account=it.account).reference,
    "product_counts.reference": a_count,
    "product_imports.reference": an_import,
    "sites.reference": lambda it: (
        make_site(it.session, it.account, f"Sted {next(_number)}").reference
    ),
    "desk_catalogue.ref": lambda it: reference("M", make_model(it.session).id),
    "desk_agreements.number": lambda it: make_agreement(it.session, it.account).number,
    "desk_jobs.job_id": _a_parked_job,
    "desk_mailbox.mail_id": _a_mail,
    "passwords.token": _a_reset,
}
# The same for all: no record stands behind these.
WORDS = {
    "about.document.name": "privacy",
    "about.help_article.name": "import",
    "static.filename": "icon.svg",
    "format": "csv",
}


def path_to(app: Flask, rule: Rule, making: Making) -> str:
    """The rule's address, with a record of the account where it names one."""
    blueprint = rule.endpoint.split(".")[0]
    values: dict[str, Any] = {}
    for name in rule.arguments:
        words = WORDS.get(f"{rule.endpoint}.{name}") or WORDS.get(name)
        values[name] = words or RECORDS[f"{blueprint}.{name}"](making)
    with app.test_request_context():
        return url_for(rule.endpoint, _method=_method_of(rule), **values)


def _method_of(rule: Rule) -> str:
    return next(method for method in METHODS if method in (rule.methods or ()))
