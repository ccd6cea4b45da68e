"""What the plan aims at. Each number is a setting of the agreement; these are the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.base.words import N_, LabelledEnum, Refused


class Severity(LabelledEnum):
    """How bad it is for the customer."""

    CRITICAL = "critical", N_("Critical")
    HIGH = "high", N_("High")
    MEDIUM = "medium", N_("Medium")
    LOW = "low", N_("Low")


class Unit(LabelledEnum):
    MINUTES = "minutes", N_("minutes")
    HOURS = "hours", N_("hours")
    DAYS = "days", N_("days")
    BUSINESS_DAYS = "business_days", N_("business days")
    PERCENT = "percent", N_("percent")
    TIME = "time", N_("time of day")
    DEVICES = "devices", N_("devices")


@dataclass(frozen=True, slots=True)
class Target:
    key: str
    label: str
    default: int
    unit: Unit
    most: int
    least: int = 1  # a target of nothing is none that anybody can reach


def first_response(severity: Severity) -> str:
    """The name of a target: minutes from opening to the first public answer."""
    return f"first_response_{severity.value}"


def next_update(severity: Severity) -> str:
    """The name of a target: hours from one public message of ours to the next."""
    return f"next_update_{severity.value}"


_A_WEEK = 7 * 24 * 60  # minutes
_RESPONSE = dict(zip(Severity, (30, 60, 120, 480), strict=True))
_UPDATE = dict(zip(Severity, (6, 12, 48, 120), strict=True))
TARGETS = {
    target.key: target
    for target in (
        *(
            Target(first_response(it), it.label, _RESPONSE[it], Unit.MINUTES, _A_WEEK)
            for it in Severity
        ),
        *(Target(next_update(it), it.label, _UPDATE[it], Unit.HOURS, 720) for it in Severity),
        # Minutes after midnight: approved at this minute is too late for today's parcel.
        Target(
            "cut_off", N_("Replacements are shipped the same day until"), 900, Unit.TIME, 1439, 0
        ),
        Target(
            "return_window", N_("Return of the faulty device within"), 10, Unit.BUSINESS_DAYS, 90
        ),
        Target(
            "charge_grace",
            N_("What is not sent back is charged so long after the deadline"),
            *(5, Unit.BUSINESS_DAYS, 90, 0),
        ),
        Target(
            "replaced_by_rule",
            N_("Replacements in a week that nobody has to approve"),
            *(10, Unit.DEVICES, 1000, 0),
        ),
        Target("dead_on_arrival", N_("Dead on arrival when reported within"), 30, Unit.DAYS, 365),
        Target("reopening", N_("A closed request can be reopened within"), 30, Unit.DAYS, 365),
        Target("true_up", N_("True-up when a category has grown by"), 5, Unit.PERCENT, 100),
    )
}

BY_SEVERITY = {name(it) for name in (first_response, next_update) for it in Severity}


def targets_with(own: Mapping[str, int]) -> dict[str, int]:
    """All targets: those that an agreement sets itself, and the plan's defaults for the rest."""
    return {key: own.get(key, target.default) for key, target in TARGETS.items()}


def own_targets(stated: Mapping[str, int]) -> dict[str, int]:
    """Those that differ from the defaults, which is what an agreement keeps."""
    own = {}
    for key, value in stated.items():
        target = TARGETS[key]
        if not target.least <= value <= target.most:
            raise Refused(
                N_("Enter a whole number from %(least)s to %(most)s."),
                field=key,
                least=target.least,
                most=target.most,
            )
        if value != target.default:
            own[key] = value
    return own


def baseline(agreed_number: int, headroom: Decimal) -> Decimal:
    """The agreed number of a category plus its headroom in per cent, exactly: nothing is rounded.

    100 agreed and 5 %: 105. 34 agreed: 35.7, so that 35 devices are within it and 36 are not.
    """
    return (agreed_number * (100 + headroom) / 100).normalize() + 0
