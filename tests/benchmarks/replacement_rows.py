"""One replacement as rows: how it stands, its steps, and what it is found by."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from portal.base.clock import day_of
from portal.base.participation import seen_by
from portal.replacements.faults import Fault
from portal.replacements.indexing import entry_of
from portal.replacements.models import Replacement
from portal.replacements.rules import (
    Liability,
    ReturnStage,
    SettledAs,
    Stage,
    Track,
    is_over,
)
from portal.replacements.step_models import ReplacementStep
from tests.benchmarks.replacement_courses import OVER_AFTER, TRACKS, Plan
from tests.benchmarks.replacement_past import beside
from tests.benchmarks.years import Entry, People, Rows

_CITIES = (*["Oslo"] * 3, "Bergen", "Trondheim", "Stavanger", "Tromsø", "Bodø", "Hamar", "Molde")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Made:
    rows: Rows
    entry: Entry


def made(plan: Plan, people: People, random: Random) -> Made:
    asker, desk = random.choice(people.of_account[plan.account_id]), random.choice(people.agents)
    replacement = _replacement(plan, asker, random)
    of: dict[str, Any] = {"replacement_id": plan.id, "account_id": plan.account_id}
    steps = [
        of
        | {
            "track": TRACKS[type(state)],
            "state": state.value,
            "at": plan.at(days),
            "by_id": desk if isinstance(state, Stage) else None,
        }
        for state, days in plan.course.value.moves
    ]
    rows: Rows = {Replacement: [replacement], ReplacementStep: steps}
    rows |= beside(plan, people, asker, desk, random)
    return Made(rows, entry_of(Replacement(**replacement), plan.device, None))


def _replacement(plan: Plan, asker: int, random: Random) -> dict[str, Any]:
    stands, reached = plan.course.standing, plan.course.reached
    stage, returned, liability = (stands[track] for track in Track)
    last = plan.at(max(days for _state, days in plan.course.value.moves))
    asked_on = day_of(plan.asked_at)
    approved, shipped = reached(Stage.APPROVED), reached(Stage.SHIPPED)
    delivered, risk = reached(Stage.DELIVERED), reached(Liability.AT_RISK)
    charged, back = reached(Liability.CHARGED), reached(ReturnStage.RECEIVED)
    over = is_over(stage, returned, liability)  # type: ignore[arg-type]
    settled = liability in {Liability.SETTLED, Liability.WAIVED}
    paid = SettledAs.PAID if charged is not None else SettledAs.RETURNED
    return {
        "id": plan.id,
        "account_id": plan.account_id,
        "stage": stage,
        "returned": returned,
        "liability": liability,
        "product_id": plan.device.id,
        "model_id": plan.device.model_id,
        "site_id": plan.device.site_id,
        "fault": random.choice(list(Fault)),
        "tried": [0, 1, 2],
        "recipient": "Kari Nordmann",
        "phone": "+4722222222",
        "street": f"Storgata {plan.id % 90 + 1}",
        "postal_code": f"{plan.id % 9_000 + 500:04}",
        "city": random.choice(_CITIES),
        "country": "NO",
        "asked_at": plan.asked_at,
        "asked_by_id": asker,
        "approved_at": None if approved is None else plan.at(approved),
        "hand_over_on": None if approved is None else asked_on,
        "promised_on": None if approved is None else asked_on + _DAY,
        "new_serial_number": None if shipped is None else f"8G26{plan.id:07}NEFX",
        "carrier": "" if shipped is None else "Posten",
        "tracking_number": "" if shipped is None else tracking_number(plan.id),
        "shipped_at": None if shipped is None else plan.at(shipped),
        "delivered_on": None if delivered is None else day_of(plan.at(delivered)),
        "retain_and_destroy": plan.course.value.keeps,
        "return_window": 10,
        "return_due_on": None if risk is None else asked_on + OVER_AFTER * _DAY,
        "turn": 0 if plan.before_id else 1,
        "at_risk": None if risk is None else 4190,
        "currency": None if risk is None else "NOK",
        "charged_at": None if charged is None else plan.at(charged),
        "settled_at": last if settled else None,
        "settled_as": paid if liability is Liability.SETTLED else None,
        "received_at": None if back is None else plan.at(back),
        "received_serial_number": "" if back is None else plan.device.serial_number or "",
        "closed_at": last if over else None,
        "people": seen_by([asker]),
        "changed_at": last,
        "version": len(plan.course.value.moves),
    }


def tracking_number(replacement_id: int) -> str:
    return f"3707{replacement_id * 7_368_787 % 10**11:011}"
