"""Files that commands write to."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

import click

from portal.web.locale import gettext as _


@contextmanager
def writing(path: Path, mode: Literal["ab", "wb"]) -> Iterator[BinaryIO]:
    try:
        with path.open(mode) as opened:
            yield opened
    except OSError as error:
        told = _("%(file)s cannot be written: %(why)s.", file=path, why=error.strerror)
        click.echo(told, err=True)
        sys.exit(1)


def try_out(path: Path) -> None:
    """Before anything is done, and without a trace."""
    was_there = path.exists()
    with writing(path, "ab"):
        pass
    if not was_there:
        path.unlink()
