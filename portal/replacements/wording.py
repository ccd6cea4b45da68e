"""What a replacement says of itself in one sentence."""

from datetime import date, datetime
from typing import Any, Protocol

from portal.approval_rules.rules import Held
from portal.base import clock
from portal.base.words import N_
from portal.delivery_times.rules import Promise
from portal.replacements.rules import ON_THE_WAY, ReturnStage, Stage, return_stage
from portal.spare_parts.models import SparePart
from portal.spare_parts.parts import Part
from portal.web.formats import time_of_day, weekday_date
from portal.web.locale import gettext as _
from portal.web.locale import language, ngettext

_SENTENCES = {
    Stage.REQUESTED: N_("We look at it, and tell you when it is approved."),
    Stage.DECLINED: N_("It was declined."),
    Stage.CANCELED: N_("It was called off."),
    Stage.READY_FOR_PICKUP: N_("Ready for pickup"),
}


class Standing(Protocol):
    """How a replacement stands: a row of a list, or the replacement itself."""

    stage: Any
    promised_on: Any
    delivered_on: Any
    waits_for_stock: Any
    held: Any
    expected_on: Any


def status_sentence(it: Standing, *, today: date) -> str:
    """The first thing that a page says of it: when the new device comes, or why it does not."""
    stage: Stage = it.stage
    if stage is Stage.DELIVERED and it.delivered_on:
        return _("Delivered %(day)s", day=weekday_date(it.delivered_on))
    if stage is Stage.REQUESTED and Held.EMPLOYEE.value in it.held:
        return _for_administrator(it)
    if stage is Stage.REQUESTED and it.waits_for_stock:
        return _waiting(it, today)
    if stage in _SENTENCES or it.promised_on is None:
        return _(_SENTENCES.get(stage, stage.label))
    day = weekday_date(it.promised_on)
    if it.promised_on >= today:
        return _("Arrives %(day)s", day=day)
    return (
        _("Late: it should have arrived %(day)s", day=day)
        if stage in ON_THE_WAY
        else _("Late: it is not sent yet, and should have arrived %(day)s", day=day)
    )


def _for_administrator(it: Standing) -> str:
    if Held.DEVICE.value in it.held:
        return _("Waiting for the organization's administrator to find the device and approve it")
    return _("Waiting for approval by the organization's administrator")


def _waiting(it: Standing, today: date) -> str:
    if it.expected_on is None or it.expected_on < today:
        return _("There is none left. We send it as soon as there are more.")
    day = weekday_date(it.expected_on)
    return _("There is none left. We expect more %(day)s, and send it then.", day=day)


def parts_text(part: Part | SparePart, number: int | None) -> str:
    """So many of the part, by its name."""
    return f"{number} × {part.name.in_language(language()).text}"


def order_before(promise: Promise, now: datetime) -> str:
    """Until when what is shown holds: the time alone where it is today."""
    before = promise.approve_before
    if clock.day_of(before) == clock.day_of(now):
        return time_of_day(before.astimezone(clock.OSLO))
    there = before.astimezone(clock.OSLO)
    return _("%(day)s at %(time)s", day=weekday_date(there.date()), time=time_of_day(there))


def stage_color(stage: Stage) -> str:
    """The color of its tag. It says nothing that the word does not say."""
    if stage is Stage.DELIVERED:
        return "success"
    if stage in {Stage.DECLINED, Stage.CANCELED}:
        return "neutral"
    return "warning" if stage is Stage.READY_FOR_PICKUP else "info"


def return_sentence(it: Any, *, today: date) -> str:
    """What whoever has the faulty device is to do, and by when; empty where it is nothing."""
    if it.retain_and_destroy or it.returned is not ReturnStage.LABEL_READY:
        return ""
    if it.return_due_on is None and it.stage is Stage.DELIVERED:
        return _("Send the faulty device back.")
    if it.return_due_on is None:
        return ngettext(
            "Send the faulty device back within %(num)s business day of delivery.",
            "Send the faulty device back within %(num)s business days of delivery.",
            it.return_window,
        )
    day = weekday_date(it.return_due_on)
    if return_stage(it.returned, it.return_due_on, today) is ReturnStage.OVERDUE:
        return _("The faulty device should have been sent back by %(day)s.", day=day)
    return _("Send the faulty device back by %(day)s.", day=day)


def pack_sentence(it: Any) -> str:
    """What to do with the faulty device, as it is said on paper that lies in the parcel."""
    if it.part_id:
        return _("Nothing is to be sent back.")
    if it.retain_and_destroy:
        return _("You keep the faulty device, and destroy it.")
    return ngettext(
        "Send the faulty device back within %(num)s business day of delivery. The freight is paid.",
        "Send the faulty device back within %(num)s business days of delivery."
        " The freight is paid.",
        it.return_window,
    )


def return_color(stage: ReturnStage) -> str:
    if stage is ReturnStage.OVERDUE:
        return "danger"
    if stage in {ReturnStage.RECEIVED, ReturnStage.DESTROYED}:
        return "success"
    return "neutral" if stage is ReturnStage.NOT_DUE else "warning"
