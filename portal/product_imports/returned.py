"""The wrong rows of a list as they are given back: as they were, with what is wrong with each."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from portal.product_imports.faults import Fault
from portal.product_imports.models import ProductImport
from portal.product_imports.sentences import in_a_cell
from portal.web.locale import gettext as _
from portal.web.sheets import Column


def columns_of(it: ProductImport) -> list[Column]:
    names = [name or str(at + 1) for at, name in enumerate(it.headings)]
    return [Column(name) for name in [*names, _("Fault")]]


def wrong_rows(it: ProductImport, kept: Iterable[bytes]) -> Iterator[list[str]]:
    width = len(it.headings)
    for cells, found in lines_of(kept, parts=2):
        shown = (cells + [""] * width)[:width]
        yield [*shown, in_a_cell(Fault.of(each) for each in found)]


def lines_of(kept: Iterable[bytes], *, parts: int) -> Iterator[list[Any]]:
    """The lines that were kept of the list: see `findings.Findings`."""
    rest = b""
    for chunk in kept:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in map(json.loads, lines):
            if len(line) == parts:
                yield line
