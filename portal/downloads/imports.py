"""Releases of earlier days from a file: models, version, train, date. A row is stated once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.base.history import Doer, What, happened
from portal.base.sheet_cells import Row
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.downloads.indexing import index_releases
from portal.downloads.models import (
    LONGEST_VERSION,
    ReleaseChannel,
    ReleaseModel,
    SoftwareRelease,
)
from portal.downloads.rules import Channel, Sort, State

COLUMNS = ("models", "version", "train", "released")
_NEEDED = {"models", "version"}
_VERSION = re.compile(r"(?=.*[0-9])[\w.+\- ]+")


def is_version(text: str) -> bool:
    """It has a digit at least, since versions are put in order by their numbers."""
    return len(text) <= LONGEST_VERSION and _VERSION.fullmatch(text) is not None


@dataclass(slots=True)
class Report:
    """What became of the rows: versions, and what is wrong by the number of the row."""

    new: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    wrong: dict[int, Refused] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stated:
    models: tuple[int, ...]
    version: str  # as it is printed, with its leading zeros
    train: str
    released_on: date | None

    @property
    def key(self) -> tuple[frozenset[int], str]:
        return frozenset(self.models), self.version


def rows_by_column(rows: Iterable[Row]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row under the headings of the first one. Columns of other names are passed over."""
    columns: list[str] = []
    for number, cells in rows:
        if not columns:
            columns = [cell.strip().casefold() for cell in cells]
            if not set(columns) >= _NEEDED:
                raise Refused(
                    N_("The file needs these columns: %(columns)s."), columns=", ".join(COLUMNS)
                )
        elif any(cells):
            yield number, dict(zip(columns, cells, strict=False))


def import_releases(
    session: ScopedSession,
    rows: Iterable[tuple[int, Mapping[str, str]]],
    *,
    by: Doer | None,
    now: datetime,
) -> Report:
    """Add every row that is right. The same file a second time changes nothing.

    They are firmware that came out earlier: told of at once, with no file until one is published.
    """
    models, report = catalogue_of(session), Report()
    everything = select(SoftwareRelease).options(selectinload(SoftwareRelease.models))
    firmware = session.scalars(everything.where(SoftwareRelease.sort == Sort.FIRMWARE))
    known = {(frozenset(each.model_id for each in it.models), it.version) for it in firmware}
    made = []
    for number, row in rows:
        try:
            stated = read_row(row, models)
        except Refused as refusal:
            report.wrong[number] = refusal
            continue
        if stated.key in known:
            report.unchanged.append(stated.version)
            continue
        known.add(stated.key)
        made.append(_release(stated, now))
        report.new.append(stated.version)
    session.add_all(made)
    session.flush()
    for it in made:
        happened(session, it, What.CREATED, by=by)
    index_releases(session, made)
    return report


def read_row(row: Mapping[str, str], models: Catalogue) -> Stated:
    ids = []
    for name in filter(None, map(str.strip, row.get("models", "").split("|"))):
        model = models.named(name) or models.with_part_number(name)
        if model is None:
            raise Refused(N_("There is no model named “%(name)s”."), name=name)
        ids.append(model.id)
    if not ids:
        raise Refused(N_("Name the models, with | between them."))
    version = row.get("version", "").strip()
    if not is_version(version):
        raise Refused(N_("“%(version)s” is no version."), version=version)
    return Stated(tuple(dict.fromkeys(ids)), version, row.get("train", "").strip()[:80], _day(row))


def _day(row: Mapping[str, str]) -> date | None:
    text = row.get("released", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(N_("“%(text)s” is no date. Write it as 2022-02-07."), text=text) from None


def _release(stated: Stated, now: datetime) -> SoftwareRelease:
    return SoftwareRelease(
        sort=Sort.FIRMWARE,
        version=stated.version,
        train=stated.train,
        released_on=stated.released_on,
        notes={},
        state=State.PUBLISHED,
        created_at=now,
        changed_at=now,
        published_at=now,
        models=[ReleaseModel(model_id=each) for each in stated.models],
        channels=[ReleaseChannel(channel=Channel.PORTAL)],
    )
