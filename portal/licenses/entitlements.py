"""What an account may use because of its agreement: shown from the agreement, and kept nowhere."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.agreements.models import Agreement
from portal.agreements.queries import agreements_of_account
from portal.agreements.targets import Severity, first_response, targets_with
from portal.agreements.wording import target_name, target_text
from portal.base import clock
from portal.base.access import Permission
from portal.licenses.rules import Standing, Status, status_of
from portal.licenses.wording import color_of, term_of
from portal.web.guard import account, allow
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("entitlements", __name__)
PROMISES = (*map(first_response, Severity), "cut_off", "return_window", "dead_on_arrival")


@dataclass(frozen=True, slots=True)
class Entitled:
    """An agreement that is in force or to come, as what it lets one use."""

    agreement: Agreement
    today: date

    @property
    def status(self) -> Status:
        begun = self.agreement.starts_on <= self.today
        standing = Standing.ACTIVATED if begun else Standing.NOT_ACTIVATED
        return status_of(standing, self.agreement.ends_on, self.today)

    @property
    def color(self) -> str:
        return color_of(self.status)

    @property
    def term(self) -> str:
        return term_of(self.agreement.starts_on, self.agreement.ends_on, self.today)

    @property
    def promises(self) -> list[tuple[str, str]]:
        """What is aimed at, in words: how soon we answer, and what becomes of faulty devices."""
        promised = targets_with(self.agreement.targets)
        return [(target_name(key), target_text(key, promised[key])) for key in PROMISES]


@bp.get("/entitlements")
@allow(Permission.LICENSES_VIEW, Permission.ACCOUNT_VIEW)
def show() -> ResponseReturnValue:
    today = clock.today()
    known = db().scalars(agreements_of_account(account().id)).all()
    entitled = [Entitled(it, today) for it in known if it.ends_on >= today]
    return page("licenses/entitlements.html", entitled=entitled)
