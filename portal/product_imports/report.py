"""What was found out about a list: how many rows are what, and the faults, kind by kind."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from portal.product_imports.comparison import Outcome
from portal.product_imports.faults import Fault, FaultKind
from portal.product_imports.rules import UnknownModel

SAMPLES = 20  # faults of a kind that the page shows; the download has them all
NAMES = 50  # unknown models that can be mapped on one page


@dataclass(slots=True)
class Report:
    """Counts of rows; kept with the import as JSON."""

    rows: int = 0
    blank: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    counted: int = 0  # devices without serial number and MAC address that are not registered yet
    faults: Counter[FaultKind] = field(default_factory=Counter)
    samples: dict[FaultKind, list[Fault]] = field(default_factory=dict)
    unknown_models: list[UnknownModel] = field(default_factory=list)
    new_sites: list[str] = field(default_factory=list)

    @property
    def right(self) -> int:
        """Rows that would change something."""
        return self.outcomes[Outcome.NEW] + self.outcomes[Outcome.CHANGED] + self.counted

    @property
    def wrong(self) -> int:
        return self.outcomes[Outcome.WRONG]

    def tell(self, faults: "list[Fault] | tuple[Fault, ...]") -> None:
        for fault in faults:
            self.faults[fault.kind] += 1
            shown = self.samples.setdefault(fault.kind, [])
            if len(shown) < SAMPLES:
                shown.append(fault)

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
            "faults": {key.value: number for key, number in self.faults.items()},
            "samples": {key.value: [list(it) for it in each] for key, each in self.samples.items()},
            "unknown_models": [
                [it.name, it.row, it.suggestion.id if it.suggestion else None]
                for it in self.unknown_models[:NAMES]
            ],
            "new_sites": self.new_sites,
        }

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Report":
        """As it comes back out of JSON. Suggestions of unknown models are left to the page."""
        return cls(
            rows=stored.get("rows", 0),
            blank=stored.get("blank", 0),
            outcomes=Counter({Outcome(k): v for k, v in stored.get("outcomes", {}).items()}),
            counted=stored.get("counted", 0),
            faults=Counter({FaultKind(k): v for k, v in stored.get("faults", {}).items()}),
            samples={
                FaultKind(k): [Fault.of(it) for it in each]
                for k, each in stored.get("samples", {}).items()
            },
            new_sites=stored.get("new_sites", []),
        )
