"""What a mail about a replacement is filled in with, in the words of its reader."""

from datetime import date
from typing import Any

from portal.accounts.models import User
from portal.approval_rules.rules import Held
from portal.base import clock
from portal.base.tenancy import ScopedSession
from portal.carriers.rules import Direction, Status
from portal.delivery_times.times import delivery_times
from portal.notices.notice import Notice
from portal.replacement_news.kinds import NEWS
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, SettledAs, charged_from
from portal.replacements.wording import parts_text, return_sentence, status_sentence
from portal.web.formats import money, weekday_date
from portal.web.locale import label, speaking, zone_called


def facts_for(
    session: ScopedSession,
    it: Replacement,
    what: str,
    told: dict[str, Any],
    *,
    language: str,
    zone: str | None = None,
) -> dict[str, Any]:
    """Plain values, all that any of the templates says. `told` is what the deed itself said."""
    today = clock.today()
    with speaking(language, zone_called(zone)):
        return {
            "what": what,
            "reference": it.reference,
            "customer": it.account.name,
            "device": _meant(it),
            "sent": it.sent_model.name if it.sent_model else _meant(it),
            "in_place_of": it.model.name if it.sent_model else "",
            "parts": it.part_id is not None,
            "serial": it.comes_back,
            "new_serial": it.new_serial_number or "",
            "sentence": status_sentence(it, today=today).rstrip("."),
            "return_sentence": return_sentence(it, today=today),
            "arrives": _day(it.promised_on),
            "due": _day(it.return_due_on),
            "charged_from": _charged_from(session, it, today),
            "amount": money(it.at_risk, it.currency or "NOK") if it.at_risk else "",
            "carrier": told.get("carrier", it.carrier),
            "tracking_number": it.tracking_number,
            "destroys": it.retain_and_destroy,
            "declined_because": it.declined_because,
            "wrong_serial": it.wrong_serial_number or "",
            "instead_serial": it.instead_serial_number or "",
            "settled_as": label(it.settled_as) if it.settled_as else "",
            "credited": SettledAs.CREDITED in (it.settled_as, told.get("how")),
            "settled_reference": it.settled_reference or "",
            "because": told.get("because", ""),
            "reason": told.get("reason", ""),
            "number": told.get("number", ""),
            "until": _day(date.fromisoformat(told["until"])) if "until" in told else "",
            "condition": told.get("condition", ""),
            "missing": told.get("missing", ""),
            "near": told.get("near", 0),
            "comes_back": told.get("direction") == Direction.BACK,
            "status": label(Status(told["status"])) if "status" in told else "",
            "place": told.get("place", ""),
            "track": told.get("track", ""),
            "outside": told.get("outside", False),
            "approves": Held.EMPLOYEE.value in it.held,
            "unsaid": Held.DEVICE.value in it.held,
        }


def _meant(it: Replacement) -> str:
    return parts_text(it.part, it.part_count) if it.part else it.model.name


def address_of(it: Replacement, user: User, what: str, portal_url: str) -> str:
    """Where whoever is told finds it, and answers it."""
    folder = "/replacements"
    if user.staff_role:
        answers = NEWS[what].notice is Notice.RETURN_ASKED
        folder = "/desk/returns" if answers else "/desk/logistics"
    return f"{portal_url.rstrip('/')}{folder}/{it.reference}"


def _charged_from(session: ScopedSession, it: Replacement, today: date) -> str:
    """The first day on which it is charged, if it is announced now."""
    if it.return_due_on is None or it.liability is not Liability.AT_RISK or it.at_risk is None:
        return ""
    workdays = delivery_times(session).workdays(it.country)
    return _day(charged_from(it.return_due_on, it.charge_grace, today, workdays))


def _day(day: date | None) -> str:
    return weekday_date(day) if day else ""
