"""Charts, drawn on the server: an SVG with a title and a description, and the numbers as a table.

Across, everything is told in per cent, and up and down in pixels: so a chart is as wide as what it
stands in, and its words are as large as any other's, on a phone as well. Colors are classes, which
the style sheet sets for both schemes; the attributes are for where there is none, as in a PDF.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup, escape

from portal.web.formats import number as plain

_HEIGHT, _TOP, _FOOT = 200, 18, 24  # of the columns; and of what is above and below them
_LEFT = 9.0  # per cent, for the numbers of the scale
_STUB = 3  # of a share that is nought: seen, where a column that is not there is not
_ROW, _BAR = 46, 16
_FILLS = ("#1d5fa8", "#e58a4e")  # where no style sheet is
_MOST_LABELS = 14


@dataclass(frozen=True, slots=True)
class Series:
    """What is measured, one value for each label; None where there was nothing to measure."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """One or two series over the same labels. `short` labels stand under columns, where it is
    narrow. `most` is the end of the scale, where it is known."""

    id: str
    title: str
    description: str
    labels: Sequence[str]
    series: Sequence[Series]
    axis: str = ""  # what the labels are
    short: Sequence[str] = ()
    most: float | None = None
    nothing: str = ""  # what is said where there was nothing to measure at all
    write: Callable[[float], str] = plain

    def told(self, value: float | None) -> str:
        return "–" if value is None else self.write(value)

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table: each label with what every series says of it."""
        return [
            (label, [self.told(each.values[at]) for each in self.series])
            for at, label in enumerate(self.labels)
        ]

    @property
    def top(self) -> float:
        """The end of the scale: a round number that nothing is above."""
        values = [value for each in self.series for value in each.values if value is not None]
        return self.most or _round_up(max(values, default=0))

    def columns(self, width: str = "100%") -> Markup:
        """Columns beside one another: good for what goes on in time."""
        parts = [self._line(self.top * part) for part in (0, 0.5, 1)]
        wide = (100 - _LEFT) / max(len(self.labels), 1)
        every = ceil(len(self.labels) / _MOST_LABELS)
        for at, label in enumerate(self.labels):
            left = _LEFT + at * wide
            parts += self._group(at, left, wide)
            if (len(self.labels) - 1 - at) % every == 0:  # the last one has its label always
                words = (self.short or self.labels)[at]
                foot, middle = _TOP + _HEIGHT + 17, left + wide / 2
                parts.append(_text(words, f"{middle:.2f}%", foot, "middle", title=label))
        if self.nothing and all(it is None for each in self.series for it in each.values):
            middle = _LEFT + (100 - _LEFT) / 2
            parts.append(_text(self.nothing, f"{middle:.2f}%", _TOP + _HEIGHT * 0.75, "middle"))
        return self._svg(width, _TOP + _HEIGHT + _FOOT, parts)

    def bars(self, width: str = "100%") -> Markup:
        """Bars below one another, each under its own words: good for kinds of things."""
        parts, values = [], self.series[0].values
        for at, label in enumerate(self.labels):
            y, value = at * _ROW, values[at] or 0
            parts.append(_text(label, "0", y + 16, "start"))
            parts.append(_text(self.told(values[at]), "100%", y + 16, "end", strong=True))
            down, share = (y + 23, _BAR), 100 * value / (self.top or 1)
            parts.append(_rect((0, 100), down, "track", fill="#e6eaf0"))
            parts.append(_rect((0, share), down, "s1", fill=_FILLS[0]))
        return self._svg(width, len(self.labels) * _ROW, parts)

    def _group(self, at: int, left: float, wide: float) -> list[Markup]:
        """The columns of one label."""
        each, found = wide * 0.76 / len(self.series), []
        for number, series in enumerate(self.series):
            value = series.values[at]
            if value is None:
                continue
            high = _HEIGHT * min(value, self.top) / (self.top or 1)
            high = max(high, _STUB if self.most else 0)
            told = f"{self.labels[at]}: {series.name} {self.told(value)}"
            x, y = left + wide * 0.12 + number * each, _TOP + _HEIGHT - high
            fill = _FILLS[number % 2]
            kind = f"s{number + 1}"
            found.append(_rect((x, each), (y, high), kind, fill=fill, title=told))
        return found

    def _line(self, value: float) -> Markup:
        """A line of the scale, with its number before it."""
        y = _TOP + _HEIGHT * (1 - value / (self.top or 1))
        line = Markup(
            '<line class="grid" stroke="#c9d0da" x1="{x}%" x2="100%" y1="{y}" y2="{y}"/>'
        ).format(x=_LEFT, y=f"{y:.1f}")
        words = _text(self.write(value), f"{_LEFT - 1.2:.1f}%", y + 4, "end")
        return line + words

    def _svg(self, width: str, height: int, parts: Sequence[Markup]) -> Markup:
        return Markup(
            '<svg class="chart" xmlns="http://www.w3.org/2000/svg" role="img" width="{width}"'
            ' height="{height}" aria-labelledby="{id}-title {id}-about" font-size="13"'
            ' font-family="Inter, sans-serif"><title id="{id}-title">{title}</title>'
            '<desc id="{id}-about">{about}</desc>{parts}</svg>'
        ).format(
            id=self.id,
            width=width,
            height=height,
            title=self.title,
            about=self.description,
            parts=Markup("").join(parts),
        )


def _rect(
    across: tuple[float, float], down: tuple[float, float], kind: str, *, fill: str, title: str = ""
) -> Markup:
    """A box: where it begins and how large it is, across in per cent and down in pixels."""
    return Markup(
        '<rect class="{kind}" fill="{fill}" x="{x:.2f}%" width="{width:.2f}%" y="{y:.1f}"'
        ' height="{height:.1f}" rx="2">{title}</rect>'
    ).format(
        kind=kind,
        fill=fill,
        x=across[0],
        width=across[1],
        y=down[0],
        height=down[1],
        title=_title(title),
    )


def _text(
    words: str, x: str, y: float, anchor: str, *, title: str = "", strong: bool = False
) -> Markup:
    return Markup(
        '<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#4a5564"{strong}>{words}{title}</text>'
    ).format(
        x=x,
        y=f"{y:.1f}",
        anchor=anchor,
        words=words,
        title=_title(title),
        strong=Markup(' font-weight="620"') if strong else "",
    )


def _title(words: str) -> Markup:
    return Markup("<title>{}</title>").format(escape(words)) if words else Markup("")


def _round_up(value: float) -> float:
    """The next of 2, 4, 10, 20, 40, 100 and so on, which can be halved."""
    if value <= 2:
        return 2
    scale = float(10 ** floor(log10(value)))
    return next(it * scale for it in (1, 2, 4, 6, 8, 10) if value <= it * scale)
