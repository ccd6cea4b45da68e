"""The shape of what the demo tells of a service request, and who is in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.agreements.targets import Severity
from portal.service_requests.rules import About, MessageKind, Status

KARI, OLA = "kari@nordlys.example.com", "ola@nordlys.example.com"
INGRID, SIRI = "ingrid@fjordhelse.example.com", "siri@vestnett.example.com"
ANNA, ERIK, TOR = "anna@poly.example.com", "erik@poly.example.com", "tor@poly.example.com"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did in a request, so many hours ago."""

    hours_ago: float
    who: str
    what: str
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    hours_ago: float
    who: str
    subject: str
    text: str
    about: About = About.DEVICE
    severity: Severity = Severity.MEDIUM
    model: str = ""
    device_count: int | None = None
    contact: str = ""
    phone: str = ""
    own_reference: str = ""
    deeds: Sequence[Deed] = ()


def reply(hours_ago: float, who: str, text: str, **told: Any) -> Deed:
    return Deed(hours_ago, who, "reply", {"text": text} | told)


WAITING = {"status": Status.WAITING_FOR_CUSTOMER}
SOLUTION = {"status": Status.SOLUTION_PROPOSED, "kind": MessageKind.SOLUTION}
