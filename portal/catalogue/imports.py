"""The catalogue from a file: models are added and changed, never taken away."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.base.history import Doer, What, happened
from portal.base.sheet_cells import Row
from portal.base.text import identifier
from portal.base.words import N_, Refused
from portal.catalogue.actions import TAKEN_PART_NUMBER, state
from portal.catalogue.facts import COLUMNS, ModelFacts, changes, facts_of, read_row
from portal.catalogue.models import ProductModel
from portal.catalogue.rules import fold_name


@dataclass(slots=True)
class Report:
    """What became of the rows: names of models, and what is wrong by the number of the row."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    wrong: dict[int, Refused] = field(default_factory=dict)


def rows_by_column(rows: Iterable[Row]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row under the headings of the first one. Columns of other names are passed over."""
    columns: list[str] = []
    for number, cells in rows:
        if not columns:
            columns = [cell.casefold().replace(" ", "_") for cell in cells]
            if "model" not in columns:
                raise Refused(
                    N_("The file needs a column named model. It may have these: %(columns)s."),
                    columns=", ".join(COLUMNS),
                )
        elif any(cells):
            named = zip(columns, cells, strict=False)
            yield number, {column: cell for column, cell in named if column in COLUMNS}


def import_models(
    session: Session, rows: Iterable[tuple[int, Mapping[str, str]]], *, by: Doer | None
) -> Report:
    """State every row that is right. The same file a second time changes nothing."""
    everything = select(ProductModel).options(selectinload(ProductModel.part_numbers))
    known = _Known(session.scalars(everything))
    report = Report()
    for number, row in rows:
        try:
            facts, model, changed = known.compare(row)
        except Refused as refusal:
            report.wrong[number] = refusal
            continue
        if not changed:
            report.unchanged.append(facts.name)
            continue
        made = model.id is None
        (report.new if made else report.changed).append(facts.name)
        state(model, facts)
        session.add(model)
        if made:
            happened(session, model, What.CREATED, by=by)
        else:
            happened(session, model, What.CHANGED, by=by, **changed)
    return report


class _Known:
    """The models there are, and those that the rows above have stated."""

    def __init__(self, models: Iterable[ProductModel]) -> None:
        self._models = {model.name_key: model for model in models}
        self._owners = {
            part.folded: model.name_key
            for model in self._models.values()
            for part in model.part_numbers
        }
        self._stated: set[str] = set()

    def compare(self, row: Mapping[str, str]) -> tuple[ModelFacts, ProductModel, dict[str, Any]]:
        """What a row states, the model it is about, and what would change. Or why it cannot be."""
        key = fold_name(row.get("model", ""))
        model = self._models.get(key, ProductModel())
        before = facts_of(model) if key in self._models else None
        facts = read_row(row, before)
        if key in self._stated:
            raise Refused(N_("The model is also on a row above."), field="name")
        folded = {identifier(number): number for number in facts.part_numbers}
        for each, number in folded.items():
            owner = self._owners.get(each, key)
            if owner != key:
                name = self._models[owner].name
                raise Refused(TAKEN_PART_NUMBER, field="part_numbers", number=number, model=name)
        self._models[key] = model
        self._owners.update(dict.fromkeys(folded, key))
        self._stated.add(key)
        return facts, model, changes(before, facts) if before else facts.told()
