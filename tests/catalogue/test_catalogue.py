from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, sessionmaker

from portal.base import held
from portal.base.db import READING
from portal.base.held import Edition
from portal.base.tenancy import NOBODY, ScopedSession
from portal.catalogue.catalogue import CATALOGUE, catalogue_of
from portal.catalogue.models import (
    Category,
    Kind,
    PartNumber,
    ProductModel,
    SerialPattern,
)
from tests.factories import make_model

Sessions = sessionmaker[ScopedSession]


@pytest.fixture
def reading(engine: Engine) -> Iterator[ScopedSession]:
    made: Sessions = sessionmaker(engine.execution_options(**READING), class_=ScopedSession)
    with made(scope=NOBODY) as session:
        yield session


def test_a_model_is_held_with_everything_pages_need(
    session: Session, reading: ScopedSession
) -> None:
    made = make_model(
        session,
        "Studio X30",
        end_of_service=date(2028, 2, 29),
        serial_pattern=SerialPattern.VIDEO,
        kind="video bar",
    )
    made.part_numbers = [PartNumber(number="2200-85980-101"), PartNumber(number="8L530AA")]
    session.commit()

    model = catalogue_of(reading)[made.id]

    assert (model.name, model.category, model.kind) == (
        "Studio X30",
        Category.VIDEO,
        Kind.VIDEO_BAR,
    )
    assert (model.end_of_sale, model.end_of_service) == (None, date(2028, 2, 29))
    assert model.serial_pattern is SerialPattern.VIDEO
    assert model.part_numbers == ("2200-85980-101", "8L530AA")


def test_the_catalogue_is_read_in_two_statements_and_then_not_at_all(
    session: Session, reading: ScopedSession, statements: list[str]
) -> None:
    for _ in range(3):
        make_model(session)
    statements.clear()

    assert len(catalogue_of(reading)) == 3
    assert len([it for it in statements if it.startswith("SELECT")]) == 2

    statements.clear()
    assert len(catalogue_of(reading)) == 3
    assert statements == []


def test_a_change_is_seen_at_once_in_the_process_that_made_it(
    session: Session, reading: ScopedSession
) -> None:
    model = make_model(session, "Studio X30")
    assert catalogue_of(reading)[model.id].name == "Studio X30"
    reading.rollback()

    model.name = "Studio X32"
    session.commit()

    assert catalogue_of(reading)[model.id].name == "Studio X32"


def test_a_part_number_is_a_change_too(session: Session, reading: ScopedSession) -> None:
    model = make_model(session)
    assert catalogue_of(reading).with_part_number("8L531AA") is None
    reading.rollback()

    session.add(PartNumber(number="8L531AA", model_id=model.id))
    session.commit()

    found = catalogue_of(reading).with_part_number("8l531-aa")
    assert found is not None
    assert found.id == model.id


def test_another_processs_change_is_seen_when_the_number_is_next_asked_for(
    session: Session,
    reading: ScopedSession,
    statements: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = make_model(session, "Studio X30")
    catalogue_of(reading)
    reading.rollback()
    in_bulk = update(ProductModel).values(name="Studio X32")  # past the events of this process
    session.execute(in_bulk)
    session.execute(update(Edition).values(number=Edition.number + 1))
    session.commit()
    assert catalogue_of(reading)[model.id].name == "Studio X30"

    monkeypatch.setattr(held, "CHECK_EVERY", 0)
    reading.rollback()
    assert catalogue_of(reading)[model.id].name == "Studio X32"

    statements.clear()
    catalogue_of(reading)
    assert len([it for it in statements if it.startswith("SELECT")]) == 1


def test_an_unknown_model_is_asked_for_at_once(session: Session, reading: ScopedSession) -> None:
    make_model(session, "Studio X30")
    catalogue_of(reading)
    engine = reading.get_bind().engine
    old, asked = CATALOGUE._kept[engine], held._asked[engine]
    reading.rollback()
    new = make_model(session, "Studio X32")
    CATALOGUE._kept[engine], held._asked[engine] = old, asked

    assert catalogue_of(reading, knowing=[new.id])[new.id].name == "Studio X32"


def test_what_is_not_yet_kept_is_for_its_own_session_only(
    session: Session, sessions: Sessions, reading: ScopedSession
) -> None:
    make_model(session, "Studio X30")
    with sessions(scope=NOBODY) as writing:
        writing.add(ProductModel(name="Studio X32", category=Category.VIDEO))
        writing.flush()

        assert catalogue_of(writing).named("Studio X32")
        assert catalogue_of(reading).named("Studio X32") is None

        writing.rollback()
        assert catalogue_of(writing).named("Studio X32") is None


def test_each_change_is_counted_once(session: Session) -> None:
    model = make_model(session)
    before = session.scalars(select(Edition.number).where(Edition.name == CATALOGUE.name)).one()

    model.name, model.family = "Studio X32", "Studio X"
    session.flush()
    model.part_numbers = [PartNumber(number="1"), PartNumber(number="2")]
    session.commit()

    assert (
        session.scalars(select(Edition.number).where(Edition.name == CATALOGUE.name)).one()
        == before + 1
    )


def test_models_come_in_natural_order(session: Session, reading: ScopedSession) -> None:
    for name in ("Edge E500", "CCX 600", "Edge E100", "CCX 400"):
        make_model(session, name)

    names = [model.name for model in catalogue_of(reading)]

    assert names == ["CCX 400", "CCX 600", "Edge E100", "Edge E500"]


def test_models_are_found_by_name_however_it_is_written(
    session: Session, reading: ScopedSession
) -> None:
    model = make_model(session, "Studio X30")

    found = catalogue_of(reading).named("  STUDIO x-30")

    assert found is not None
    assert found.id == model.id
    assert catalogue_of(reading).named("Studio") is None


@pytest.mark.parametrize(
    "text",
    [
        "studio",
        "X30",
        "x3",
        "studio x30",
        "studiox30",
        "videobar",
        "video bar",
        "2200-859",
        "8l530",
    ],
)
def test_models_are_found_by_the_words_for_them(
    text: str, session: Session, reading: ScopedSession
) -> None:
    model = make_model(session, "Studio X30", kind="video bar")
    model.part_numbers = [PartNumber(number="2200-85980-101"), PartNumber(number="8L530AA")]
    session.commit()
    make_model(session, "CCX 500", kind="desk phone")

    assert catalogue_of(reading).matching(text) == {model.id}


@pytest.mark.parametrize("text", ["", " ", "-", "tudio", "x30 ccx"])
def test_words_that_point_elsewhere_find_nothing(
    text: str, session: Session, reading: ScopedSession
) -> None:
    make_model(session, "Studio X30")

    assert catalogue_of(reading).matching(text) == set()


def test_a_headset_is_found_in_either_language(session: Session, reading: ScopedSession) -> None:
    model = make_model(session, "Voyager 4320 UC", kind="headset")

    for word in ("hodesett", "Headset"):
        assert catalogue_of(reading).matching(word) == {model.id}
