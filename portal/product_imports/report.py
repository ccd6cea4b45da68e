"""What was found out about a list: how many rows are what, and the faults, kind by kind."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from portal.base.text import sort_key
from portal.product_imports.columns import Field
from portal.product_imports.comparison import Outcome
from portal.product_imports.faults import CORRECTIONS, Fault, FaultKind
from portal.product_imports.lookups import UnknownModel

SAMPLES = 20  # faults of a kind that the page shows; the download has them all
NAMES = 50  # unknown models that can be mapped on one page


class Change(NamedTuple):
    """What a row changes of a registered device: field, from what, to what."""

    row: int
    device: str
    changes: Sequence[tuple[Field, str, str]]


@dataclass(slots=True)
class Report:
    """Counts of rows; kept with the import as JSON."""

    rows: int = 0
    blank: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    # Devices without serial number and MAC address that are not registered yet, and rows with them.
    counted: int = 0
    count_rows: int = 0
    faults: Counter[FaultKind] = field(default_factory=Counter)
    samples: dict[FaultKind, list[Fault]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)  # the first of them
    unknown_models: list[UnknownModel] = field(default_factory=list)
    # Of rows that are right; and of those that are when the list is right about the devices.
    new_sites: list[str] = field(default_factory=list)
    sites_of_corrections: list[str] = field(default_factory=list)
    examples: list[list[str]] = field(default_factory=list)  # of what is in each column

    @property
    def right(self) -> int:
        """Rows that would change something."""
        return self.outcomes[Outcome.NEW] + self.outcomes[Outcome.CHANGED] + self.count_rows

    @property
    def wrong(self) -> int:
        return self.outcomes[Outcome.WRONG]

    @property
    def corrections(self) -> int:
        """Wrong rows that correct a registered device, when somebody says that they are right."""
        return sum(self.faults[kind] for kind in CORRECTIONS)

    @property
    def worthwhile(self) -> bool:
        """Whether there is anything that can be registered or corrected."""
        return bool(self.right or self.corrections)

    def sites_to_make(self, *, correct: bool) -> list[str]:
        return self.new_sites + (self.sites_of_corrections if correct else [])

    def tell(self, faults: "list[Fault] | tuple[Fault, ...]") -> None:
        for fault in faults:
            self.faults[fault.kind] += 1
            shown = self.samples.setdefault(fault.kind, [])
            if len(shown) < SAMPLES:
                shown.append(fault)

    def tell_change(self, change: Change) -> None:
        if len(self.changes) < SAMPLES:
            self.changes.append(change)

    def groups(self, *, notices: bool) -> list[tuple[FaultKind, int, list[Fault]]]:
        """The kinds of fault that were found, or of notices, most rows first."""
        return [
            (kind, number, self.samples.get(kind, []))
            for kind, number in self.faults.most_common()
            if kind.is_notice is notices
        ]

    def stored(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "blank": self.blank,
            "outcomes": {key.value: number for key, number in self.outcomes.items()},
            "counted": self.counted,
            "count_rows": self.count_rows,
            "faults": {key.value: number for key, number in self.faults.items()},
            "samples": {key.value: [list(it) for it in each] for key, each in self.samples.items()},
            "changes": [list(it) for it in self.changes],
            "unknown_models": [
                [it.name, it.row, it.suggestion.id if it.suggestion else None]
                for it in self.unknown_models[:NAMES]
            ],
            "new_sites": self.new_sites,
            "sites_of_corrections": self.sites_of_corrections,
            "examples": self.examples,
        }

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Report":
        """As it comes back out of JSON. Suggestions of unknown models are left to the page."""
        return cls(
            rows=stored.get("rows", 0),
            blank=stored.get("blank", 0),
            outcomes=Counter({Outcome(k): v for k, v in stored.get("outcomes", {}).items()}),
            counted=stored.get("counted", 0),
            count_rows=stored.get("count_rows", stored.get("counted", 0)),
            faults=Counter({FaultKind(k): v for k, v in stored.get("faults", {}).items()}),
            samples={
                FaultKind(k): [Fault.of(it) for it in each]
                for k, each in stored.get("samples", {}).items()
            },
            changes=list(map(change_of, stored.get("changes", []))),
            examples=stored.get("examples", []),
            new_sites=sorted(stored.get("new_sites", []), key=sort_key),
            sites_of_corrections=sorted(stored.get("sites_of_corrections", []), key=sort_key),
        )


def change_of(stored: list[Any]) -> Change:
    """As it comes back out of JSON."""
    row, device, changes = stored
    return Change(row, device, [(Field(name), before, after) for name, before, after in changes])
