from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.history import What, events_of
from portal.base.words import Overtaken, Refused
from portal.catalogue.actions import add_model, change_model
from portal.catalogue.facts import ModelFacts, facts_of
from portal.catalogue.models import Category, Kind, ProductModel
from tests.factories import make_user

X30 = ModelFacts(
    name="Studio X30",
    category=Category.VIDEO,
    family="Studio X",
    kind=Kind.VIDEO_BAR,
    part_numbers=("2200-85980-101", "8L530AA"),
    end_of_service=date(2030, 12, 31),
)


def different(**facts: object) -> ModelFacts:
    return ModelFacts(**{**{name: getattr(X30, name) for name in X30.__slots__}, **facts})


def test_a_model_is_added_with_everything_that_is_known(session: Session) -> None:
    model = add_model(session, X30, by=None)
    session.commit()

    assert facts_of(session.scalars(select(ProductModel)).one()) == X30
    assert [event.what for event in session.scalars(events_of(model))] == [What.CREATED]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"family": "x" * 41}, "family"),
        ({"part_numbers": ("//",)}, "part_numbers"),
        ({"part_numbers": ("1" * 41,)}, "part_numbers"),
        ({"end_of_sale": date(2031, 1, 1)}, "end_of_service"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    wrong: dict[str, object], field: str, session: Session
) -> None:
    with pytest.raises(Refused) as refusal:
        add_model(session, different(**wrong), by=None)

    assert refusal.value.field == field


def test_the_same_name_written_another_way_is_refused(session: Session) -> None:
    add_model(session, X30, by=None)

    with pytest.raises(Refused, match="already a model") as refusal:
        add_model(session, different(name="STUDIO x-30", part_numbers=()), by=None)
    assert refusal.value.field == "name"


def test_a_part_number_belongs_to_one_model(session: Session) -> None:
    add_model(session, X30, by=None)

    with pytest.raises(Refused) as refusal:
        add_model(session, different(name="Studio X32", part_numbers=("8l-530aa",)), by=None)

    assert refusal.value.field == "part_numbers"
    assert refusal.value.values == {"number": "8L530AA", "model": "Studio X30"}


def test_a_change_is_kept_and_told(session: Session) -> None:
    user = make_user(session)
    model = add_model(session, X30, by=None)
    session.commit()

    changed = change_model(
        session,
        model,
        different(end_of_service=date(2031, 12, 31), part_numbers=("8L530AA", "8L531AA")),
        version=model.version,
        by=By(user.id),
    )
    session.commit()

    assert changed
    assert model.end_of_service == date(2031, 12, 31)
    event = session.scalars(events_of(model)).first()
    assert event is not None
    assert (event.what, event.by_id) == (What.CHANGED, user.id)
    assert event.details == {
        "end_of_service": ["2030-12-31", "2031-12-31"],
        "part_numbers": [["2200-85980-101", "8L530AA"], ["8L530AA", "8L531AA"]],
    }


def test_saving_what_is_already_so_leaves_no_trace(session: Session) -> None:
    model = add_model(session, X30, by=None)
    session.commit()
    before = model.version

    assert not change_model(session, model, X30, version=before, by=None)
    assert (model.version, len(session.scalars(events_of(model)).all())) == (before, 1)


@pytest.mark.parametrize(
    "later", [{"name": "Studio X31"}, {"part_numbers": ("8L531AA",)}, {}], ids=str
)
def test_a_stale_change_is_refused_whatever_it_is_about(
    later: dict[str, object], session: Session
) -> None:
    model = add_model(session, X30, by=None)
    session.commit()
    opened_at = model.version
    change_model(session, model, different(part_numbers=("1",)), version=opened_at, by=None)
    session.commit()

    with pytest.raises(Overtaken) as refusal:
        change_model(session, model, different(**later), version=opened_at, by=None)

    assert refusal.value.version == model.version == opened_at + 1
    assert facts_of(model).part_numbers == ("1",)


def test_a_part_number_may_be_written_anew(session: Session) -> None:
    model = add_model(session, X30, by=None)
    session.commit()

    spelled = different(part_numbers=("2200 85980 101", "8L530AA"))
    change_model(session, model, spelled, version=model.version, by=None)
    session.commit()

    assert facts_of(model).part_numbers == ("2200 85980 101", "8L530AA")


class By:
    on_behalf = False

    def __init__(self, user_id: int) -> None:
        self.id = user_id
