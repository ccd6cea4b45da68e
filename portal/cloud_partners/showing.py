"""A cloud partner case as it is shown: its steps in a row, and the words for each."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from portal.base import clock
from portal.base.bilingual import Bilingual
from portal.base.clock import day_of
from portal.cloud_partners.asking import says_what_is_asked
from portal.cloud_partners.models import CloudPartnerCase, CloudPartnerStep
from portal.cloud_partners.rules import CloudPartner, Stage, State, has_run_out, runs_out_soon
from portal.profile.zones import city
from portal.service_requests.models import ServiceRequest
from portal.web.formats import date_and_time, listing, text_date
from portal.web.locale import gettext as _
from portal.web.locale import label, language, speaking, time_zone

COLORS = {State.WAITING: "warning", State.UNDER_WAY: "info", State.DONE: "success"}


@dataclass(frozen=True, slots=True)
class Row:
    """A step of a case, with what there is to say of it in a line."""

    stage: Stage
    state: State
    next_update_at: datetime | None
    late: bool
    says: str
    trouble: str
    warning: str

    @property
    def color(self) -> str:
        return "danger" if self.trouble else COLORS.get(self.state, "neutral")


def partner_name(case: CloudPartnerCase) -> str:
    return case.partner_name if case.partner is CloudPartner.OTHER else label(case.partner)


def rows_of(case: CloudPartnerCase, now: datetime) -> list[Row]:
    return [
        Row(
            stage,
            it.state,
            it.next_update_at,
            late=bool(it.next_update_at and it.next_update_at < now and it.state in _OPEN),
            says=says_of(case, stage),
            trouble=trouble_of(case, stage, now),
            warning=warning_of(case, stage, now),
        )
        for stage, it in case.standings.items()
    ]


_OPEN = {State.WAITING, State.UNDER_WAY}


def trouble_of(case: CloudPartnerCase, stage: Stage, now: datetime) -> str:
    """What does not hold any more: though it is done, or since it is waited for another one."""
    if case.standings[stage].state is State.NOT_NEEDED:
        return ""
    until = {
        Stage.AGREEMENT: case.agreement_until,
        Stage.AUTHORIZATION: case.authorization_until,
    }.get(stage)
    if until is None or not has_run_out(until, day_of(now)):
        return ""
    if stage is Stage.AUTHORIZATION:
        return _("The authorization ran out on %(day)s. Upload a new one.", day=text_date(until))
    return _("The agreement ran out on %(day)s. Tell us of a new one.", day=text_date(until))


def warning_of(case: CloudPartnerCase, stage: Stage, now: datetime) -> str:
    """What holds for a few days more."""
    done = case.standings[stage].state is State.DONE
    if stage is not Stage.AUTHORIZATION or not done:
        return ""
    return _("Runs out soon") if runs_out_soon(case.authorization_until, day_of(now)) else ""


def wanted(case: CloudPartnerCase, now: datetime) -> list[Stage]:
    """What the customer is to give, or may give anew while it is time."""
    asked = (Stage.AGREEMENT, Stage.AUTHORIZATION)
    standing = case.standings
    return [
        it
        for it in asked
        if standing[it].state in _OPEN or trouble_of(case, it, now) or warning_of(case, it, now)
    ]


def says_of(case: CloudPartnerCase, stage: Stage) -> str:
    """What there is to say of a step in a line."""
    if stage is Stage.AGREEMENT and case.agreement_number:
        return _until(case.agreement_number, case.agreement_until)
    if stage is Stage.AUTHORIZATION and case.authorization_dated:
        signed = _("Signed %(day)s", day=text_date(case.authorization_dated))
        return _until(signed, case.authorization_until)
    if stage is Stage.INCIDENT and case.incident_number and case.incident_at:
        when = date_and_time(case.incident_at)
        return _("%(number)s, opened %(when)s", number=case.incident_number, when=when)
    if stage is Stage.CALL and case.call_at:
        return date_and_time(case.call_at)
    return ""


def _until(what: str, day: date | None) -> str:
    return _("%(what)s, valid until %(day)s", what=what, day=text_date(day)) if day else what


@dataclass(frozen=True, slots=True)
class Card:
    """What the page of a request shows of its case."""

    partner: str
    rows: list[Row]
    wanted: list[Stage]

    @property
    def next_update_at(self) -> datetime | None:
        """The nearest that is promised of a step that is not over."""
        told = (it.next_update_at for it in self.rows if it.state in _OPEN)
        return min(filter(None, told), default=None)


def card_of(case: CloudPartnerCase | None, now: datetime) -> Card | None:
    return Card(partner_name(case), rows_of(case, now), wanted(case, now)) if case else None


def step_told(details: Mapping[str, Any]) -> str:
    """What history keeps of a step, in words."""
    stage, state = Stage(details["stage"]), State(details["state"])
    return f"{label(stage)}: {label(state).lower()}"


def calls_of(steps: Iterable[CloudPartnerStep]) -> list[CloudPartnerStep]:
    return [it for it in steps if it.begins_at and it.ends_at]


def elsewhere(call: CloudPartnerStep, request: ServiceRequest) -> list[str]:
    """When a call is, in the time zones of the others who take part."""
    people = (request.opened_by, request.owner)
    zones = [call.zone, *((it.time_zone or "") for it in people if it)]
    here, told = str(time_zone()), []
    for zone in dict.fromkeys(each or str(clock.OSLO) for each in zones):
        if zone != here and call.begins_at:
            with speaking(language(), ZoneInfo(zone)):
                when = date_and_time(call.begins_at)
            told.append(_("%(when)s in %(place)s", when=when, place=city(language(), zone)))
    return told


def waiting_line(case: CloudPartnerCase, number: str) -> Bilingual:
    """What the request waits for, once the partner has it under this number."""
    return _in_both(partial(_numbered, case, number))


@says_what_is_asked
def asking_line(case: CloudPartnerCase, needs: Collection[Stage]) -> Bilingual:
    """What the request waits for, of what the customer is to give."""
    return _in_both(partial(_asked, case, needs))


def _in_both(say: Callable[[], str]) -> Bilingual:
    with speaking("nb"):
        norwegian = say()
    with speaking("en"):
        return Bilingual(norwegian, say())


def _numbered(case: CloudPartnerCase, number: str) -> str:
    return _("%(partner)s case %(number)s", partner=partner_name(case), number=number.strip())


def _asked(case: CloudPartnerCase, needs: Collection[Stage]) -> str:
    words = {
        Stage.AGREEMENT: _("support agreement with %(partner)s", partner=partner_name(case)),
        Stage.AUTHORIZATION: _("signed authorization"),
    }
    return listing(words[each] for each in needs)
