"""The report: what was measured, what it is held against, and how far it may go."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.benchmarks.measuring import Taken


@dataclass(frozen=True, slots=True)
class Line:
    """One measure. Without a goal it is told for what it is."""

    what: str
    measured: str
    statements: int | None = None
    ratio: str = ""
    goal: str = ""
    good: bool = True


HEADINGS = ("", "SQL", "measured", "ratio", "goal", "")


def timed(
    what: str, taken: Taken, bare: Taken, statements: int | None = None, *, most: float = 2.0
) -> Line:
    """A line about something that may take so many times as long as the bare page."""
    ratio = taken.work / bare.work
    goal, good = f"≤ {most:g} ×", ratio <= most
    shown = f"{milliseconds(taken.wall)}, work {milliseconds(taken.work)}"
    return Line(what, shown, statements, f"{ratio:.2f} ×", goal, good)


def milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.2f} ms"


def drawn(title: str, lines: Iterable[Line]) -> str:
    """The lines as a table for people to read; what misses its goal is marked."""
    rows = [HEADINGS]
    for line in lines:
        asked = "" if line.statements is None else str(line.statements)
        mark = "" if line.good else "MISSED"
        rows.append((line.what, asked, line.measured, line.ratio, line.goal, mark))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    text = [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in rows
    ]
    return "\n".join(["", title, "-" * len(title), *text])
