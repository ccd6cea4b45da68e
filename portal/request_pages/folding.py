"""Folding up what happened in the story of a request, so that what was said stands out."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from portal.request_pages.story import Line, Sort
from portal.web.locale import ngettext

MUCH = 5  # that happened with nothing said in between


def folded(lines: Iterable[Line]) -> Iterator[Line]:
    """What nobody said, and stands together, is one line that can be opened: where it is much, or
    minor."""
    for said, run in groupby(lines, key=lambda it: it.sort is Sort.MESSAGE):
        between = tuple(run)
        if said:
            yield from between
        elif len(between) >= MUCH:
            yield _fold(between)
        else:
            for minor, some in groupby(between, key=lambda it: it.sort is Sort.MINOR):
                together = tuple(some)
                yield from [_fold(together)] if minor and len(together) > 1 else together


def _fold(together: tuple[Line, ...]) -> Line:
    return Line(
        at=together[0].at,
        sort=Sort.FOLD,
        anchor=f"{together[0].anchor}-fold",
        title=ngettext("%(num)s event", "%(num)s events", len(together)),
        folded=together,
    )
