from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.base.history import What, events_of
from portal.base.references import reference
from portal.catalogue.models import Category, Kind, PartNumber, ProductModel
from tests.conftest import SignInAs
from tests.factories import make_model, make_user

HTMX = {"HX-Request": "true", "HX-Target": "model-list"}
FORM = {
    "name": "Studio X30",
    "category": "video",
    "family": "Studio X",
    "kind": "video bar",
    "part_numbers": "2200-85980-101\r\n8L530AA\r\n",
    "serial_pattern": "video",
    "end_of_sale": "",
    "end_of_service": "31.12.2030",
}


def path_of(model: ProductModel) -> str:
    return f"/desk/catalogue/{reference('M', model.id)}"


def test_staff_look_and_only_administrators_change(session: Session, sign_in: SignInAs) -> None:
    model = make_model(session, "Studio X30")
    agent = sign_in(make_user(session, role=Role.AGENT))
    admin = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))
    change = f"{path_of(model)}/facts"

    assert "Studio X30" in agent.get("/desk/catalogue").text
    assert "/desk/catalogue/new" not in agent.get("/desk/catalogue").text
    assert change not in agent.get(path_of(model)).text
    for path in ("/desk/catalogue/new", change):
        assert agent.get(path).status_code == 403
        assert admin.get(path).status_code == 200
    assert agent.post("/desk/catalogue", data=FORM | {"token": "t"}).status_code == 403
    assert agent.post(change, data=FORM | {"version": 1}).status_code == 403


def test_customers_have_no_business_at_the_desk(session: Session, sign_in: SignInAs) -> None:
    client = sign_in(make_user(session, role=Role.ADMINISTRATOR))

    assert client.get("/desk/catalogue").status_code == 403


def test_the_list_is_searched_and_filtered_by_its_address(
    session: Session, sign_in: SignInAs
) -> None:
    old = make_model(session, "Group 310", end_of_service=date(2024, 10, 31), kind="legacy codec")
    old.part_numbers = [PartNumber(number="2200-63430-001")]
    session.commit()
    make_model(session, "Studio X30")
    make_model(session, "CCX 500", category=Category.VOICE, kind="desk phone")
    client = sign_in(make_user(session, role=Role.AGENT))

    for query, found in {
        "": {"Group 310", "Studio X30", "CCX 500"},
        "?q=kodek": {"Group 310"},
        "?q=2200-634": {"Group 310"},
        "?q=bordtelefon": {"CCX 500"},
        "?category=video": {"Group 310", "Studio X30"},
        "?lifecycle=ended": {"Group 310"},
        "?lifecycle=sold&category=video": {"Studio X30"},
        "?q=nonsense": set(),
    }.items():
        answer = client.get(f"/desk/catalogue{query}")
        assert {it for it in ("Group 310", "Studio X30", "CCX 500") if it in answer.text} == found


def test_htmx_gets_the_list_and_the_news(session: Session, sign_in: SignInAs) -> None:
    make_model(session, "Studio X30")
    client = sign_in(make_user(session, role=Role.AGENT))

    answer = client.get("/desk/catalogue?q=x30", headers=HTMX)

    assert answer.text.lstrip().startswith('<section id="model-list"')
    assert '<span class="ds-sr-only">1 model</span>' in answer.text


def test_filters_in_use_can_be_taken_away_one_by_one(session: Session, sign_in: SignInAs) -> None:
    make_model(session, "Studio X30")
    client = sign_in(make_user(session, role=Role.AGENT))

    text = client.get("/desk/catalogue?category=video&lifecycle=sold&q=x30").text

    assert 'href="?q=x30&amp;lifecycle=sold"' in text
    assert 'href="?q=x30&amp;category=video"' in text


def test_long_lists_are_paged(session: Session, sign_in: SignInAs) -> None:
    for number in range(100, 221):
        session.add(ProductModel(name=f"Edge E{number}", category=Category.VOICE))
    session.commit()
    client = sign_in(make_user(session, role=Role.AGENT))

    first = client.get("/desk/catalogue").text
    after = reference("M", session.scalars(_id("Edge E149")).one())
    second = client.get(f"/desk/catalogue?after={after}").text
    third = client.get(f"/desk/catalogue?after={reference('M', _of(session, 'Edge E199'))}").text

    assert f'href="?after={after}"' in first
    assert "Edge E150<" in second
    assert "Edge E149<" not in second
    assert 'rel="prev"' not in first
    assert 'rel="next"' in second
    assert 'rel="next"' not in third
    assert f'href="?after={after}"' in third  # back to the second page


def test_a_list_costs_no_statement_for_the_catalogue(
    session: Session, sign_in: SignInAs, statements: list[str]
) -> None:
    for _ in range(5):
        make_model(session)
    client = sign_in(make_user(session, role=Role.AGENT))
    client.get("/desk/catalogue")
    statements.clear()

    client.get("/desk/catalogue")

    assert not [sql for sql in statements if "product_model" in sql]
    assert len(statements) <= 3


def test_a_page_costs_few_statements(
    session: Session, sign_in: SignInAs, statements: list[str]
) -> None:
    admin = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))
    model = make_model(session)
    for version in (1, 2, 3):
        admin.post(
            f"{path_of(model)}/facts", data=FORM | {"version": version, "name": f"X{version}"}
        )
    statements.clear()

    assert admin.get(path_of(model)).status_code == 200

    assert len(statements) <= 8


def test_adding_a_model_leads_to_its_page(session: Session, sign_in: SignInAs) -> None:
    user = make_user(session, role=Role.STAFF_ADMINISTRATOR)

    answer = sign_in(user).post(
        "/desk/catalogue", data=FORM | {"token": "t"}, follow_redirects=True
    )

    model = session.scalars(select(ProductModel)).one()
    assert answer.request.path == path_of(model)
    assert "Studio X30 is in the catalogue." in answer.text
    assert (model.kind, model.end_of_service) == (Kind.VIDEO_BAR, date(2030, 12, 31))
    assert [part.number for part in model.part_numbers] == ["2200-85980-101", "8L530AA"]
    (event,) = session.scalars(events_of(model))
    assert (event.what, event.by_id) == (What.CREATED, user.id)


def test_sending_the_same_form_twice_adds_one_model(session: Session, sign_in: SignInAs) -> None:
    admin = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))
    form = FORM | {"token": "t"}

    first, second = (admin.post("/desk/catalogue", data=form) for _ in range(2))

    assert first.location == second.location
    assert len(session.scalars(select(ProductModel)).all()) == 1


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"name": ""}, "name", "Enter the name of the model."),
        ({"name": "studio x-30"}, "name", "There is already a model called"),
        ({"end_of_service": "31.2.2030"}, "end_of_service", "31.2.2030 does not exist"),
        ({"end_of_sale": "1.1.2031"}, "end_of_service", "must not come before"),
        ({"part_numbers": "//"}, "part_numbers", "is not a part number"),
    ],
)
def test_a_refusal_is_shown_at_its_field_and_nothing_typed_is_lost(
    wrong: dict[str, str], field: str, message: str, session: Session, sign_in: SignInAs
) -> None:
    make_model(session, "Studio X30")
    admin = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))

    answer = admin.post(
        "/desk/catalogue", data={**FORM, "name": "Studio X32", "token": "t", **wrong}
    )

    assert answer.status_code == 422
    assert f'href="#{field}">' in answer.text
    assert message in answer.text
    assert 'value="Studio X"' in answer.text
    for typed in wrong.values():
        assert typed in answer.text


def test_a_change_is_saved_and_told_with_who_and_what(session: Session, sign_in: SignInAs) -> None:
    model = make_model(session, "Studio X30")
    user = make_user(session, role=Role.STAFF_ADMINISTRATOR, name="Admin Istrator")

    answer = sign_in(user).post(
        f"{path_of(model)}/facts",
        data=FORM | {"version": model.version, "name": "Studio X32"},
        follow_redirects=True,
    )

    assert "Your changes are saved." in answer.text
    assert "<h1>Studio X32</h1>" in answer.text
    assert "Admin Istrator" in answer.text
    assert "Name: from Studio X30 to Studio X32" in answer.text
    assert "Last day of service: from – to 31 Dec 2030" in answer.text


def test_a_changed_model_is_found_by_its_new_name_at_once(
    session: Session, sign_in: SignInAs
) -> None:
    model = make_model(session, "Studio X30")
    admin = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))
    admin.get("/desk/catalogue")

    admin.post(f"{path_of(model)}/facts", data=FORM | {"version": 1, "name": "Studio X32"})

    assert "Studio X32" in admin.get("/desk/catalogue?q=x32").text


def test_a_stale_save_shows_both_texts_and_can_then_be_saved(
    session: Session, sign_in: SignInAs
) -> None:
    model = make_model(session, "Studio X30")
    admin, url = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR)), path_of(model)
    admin.post(f"{url}/facts", data=FORM | {"version": 1, "end_of_sale": "30.6.2028"})

    stale = admin.post(f"{url}/facts", data=FORM | {"version": 1, "category": "voice"})

    assert stale.status_code == 422
    assert "Someone else changed this model" in stale.text
    assert "<b>30 Jun 2028</b>" in stale.text
    assert "<b>Video</b>" in stale.text
    assert stale.text.count("Saved meanwhile") == 2
    assert 'name="version" type="hidden" value="2"' in stale.text

    assert admin.post(f"{url}/facts", data=FORM | {"version": 2}).status_code == 303


def test_saving_without_a_change_says_so(session: Session, sign_in: SignInAs) -> None:
    model = make_model(session, "Studio X30")
    admin, url = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR)), path_of(model)
    admin.post(f"{url}/facts", data=FORM | {"version": 1})

    again = admin.post(f"{url}/facts", data=FORM | {"version": 2}, follow_redirects=True)

    assert "Nothing was changed." in again.text


def test_made_up_dates_are_marked(session: Session, sign_in: SignInAs) -> None:
    model = make_model(session, "Studio X30")
    model.demo = True
    session.commit()

    client = sign_in(make_user(session, role=Role.AGENT))

    for path in ("/desk/catalogue", path_of(model)):
        assert (
            "The dates, part numbers and list price are made up, for the demo."
            in client.get(path).text
        )


@pytest.mark.parametrize("ref", ["M-1000001", "M-9999999", "nonsense", "M-1001238"])
def test_models_that_are_not_there_are_not_found(
    ref: str, session: Session, sign_in: SignInAs
) -> None:
    client = sign_in(make_user(session, role=Role.AGENT))

    assert client.get(f"/desk/catalogue/{ref}").status_code == 404


def _id(name: str):  # type: ignore[no-untyped-def]
    return select(ProductModel.id).where(ProductModel.name == name)


def _of(session: Session, name: str) -> int:
    return int(session.scalars(_id(name)).one())
