from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.history import What, events_of
from portal.base.sheets import read_sheet
from portal.base.words import Refused
from portal.catalogue.facts import facts_of
from portal.catalogue.imports import Report, import_models, rows_by_column
from portal.catalogue.models import Category, Kind, ProductModel, SerialPattern

SHIPPED = Path(__file__).parents[2] / "portal" / "catalogue" / "models.csv"
HEAD = "category,model,kind,part_numbers,end_of_service"


def imported(session: Session, *lines: str) -> Report:
    rows = [(number, line.split(",")) for number, line in enumerate(lines, 1)]
    report = import_models(session, rows_by_column(rows), by=None)
    session.commit()
    return report


def named(session: Session, name: str) -> ProductModel:
    return session.scalars(select(ProductModel).where(ProductModel.name == name)).one()


def test_the_catalogue_that_comes_along_is_whole(session: Session) -> None:
    with SHIPPED.open("rb") as file:
        report = import_models(session, rows_by_column(read_sheet(file)), by=None)
    session.commit()

    assert (len(report.new), report.wrong) == (65, {})
    group = named(session, "Group 310")
    assert (group.category, group.kind) == (Category.VIDEO, Kind.LEGACY_CODEC)
    assert group.end_of_service is not None
    assert group.end_of_service < date(2026, 11, 1)
    assert named(session, "CCX 500").serial_pattern is SerialPattern.MAC
    assert all(model.demo and model.part_numbers for model in session.scalars(select(ProductModel)))


def test_the_same_file_again_changes_nothing(session: Session) -> None:
    lines = [HEAD, "video,Studio X30,video bar,8L530AA|2200-1,2030-12-31", "voice,CCX 500,,,"]
    imported(session, *lines)
    version = named(session, "Studio X30").version

    report = imported(session, *lines)

    assert report.unchanged == ["Studio X30", "CCX 500"]
    assert not report.new + report.changed
    assert named(session, "Studio X30").version == version


def test_a_model_is_known_by_its_name_however_it_is_written(session: Session) -> None:
    imported(session, HEAD, "video,Studio X30,video bar,,")

    report = imported(session, HEAD, "video,STUDIO  x30,video bar,,31.12.2030")

    assert report.changed == ["STUDIO x30"]
    model = session.scalars(select(ProductModel)).one()
    assert model.end_of_service == date(2030, 12, 31)
    latest = session.scalars(events_of(model)).first()
    assert latest is not None
    assert latest.what is What.CHANGED
    assert latest.details["end_of_service"] == [None, "2030-12-31"]


def test_columns_that_the_file_lacks_stay_as_they_are(session: Session) -> None:
    imported(session, HEAD, "video,Studio X30,video bar,8L530AA,2030-12-31")

    report = imported(session, "model,family,color", "Studio X30,Studio X,black")

    assert report.changed == ["Studio X30"]
    facts = facts_of(named(session, "Studio X30"))
    assert (facts.family, facts.part_numbers) == ("Studio X", ("8L530AA",))


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("video,,video bar,,", "name"),
        ("toys,Studio X32,video bar,,", "category"),
        (",Studio X32,video bar,,", "category"),
        ("video,Studio X32,blender,,", "kind"),
        ("video,Studio X32,video bar,8L530AA,", "part_numbers"),
        ("video,Studio X32,video bar,,soon", "end_of_service"),
        ("video,studio x30,video bar,,", "name"),
    ],
)
def test_a_wrong_row_is_told_and_the_others_are_kept(
    row: str, field: str, session: Session
) -> None:
    report = imported(session, HEAD, "video,Studio X30,,8L530AA,", row, "voice,CCX 500,,,")

    assert report.new == ["Studio X30", "CCX 500"]
    assert [(number, refusal.field) for number, refusal in report.wrong.items()] == [(3, field)]


def test_a_new_model_needs_a_category(session: Session) -> None:
    report = imported(session, "model", "Studio X30")

    assert report.wrong[2].field == "category"


def test_a_file_without_models_is_refused(session: Session) -> None:
    with pytest.raises(Refused, match="column named model"):
        imported(session, "serial,site", "1,2")


def test_blank_rows_are_passed_over(session: Session) -> None:
    report = imported(session, HEAD, ",,,,", "voice,CCX 500,,,")

    assert (report.new, report.wrong) == (["CCX 500"], {})
