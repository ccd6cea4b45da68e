"""Keeping known issues: drafted, published, changed by two at once, fixed; and who may."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.base.history import What, events_of
from portal.catalogue.models import Category
from portal.known_issues.models import KnownIssue
from portal.known_issues.rules import State
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import MOMENT, make_account, make_issue, make_model, make_request, make_user
from tests.naughty import FIELDS

FORM = {
    "title_nb": "Hakkete lyd",
    "title_en": "Audio drops out",
    "description_nb": "Lyden faller ut.",
    "description_en": "Audio drops out.",
    "workaround_nb": "",
    "workaround_en": "",
    "models": "Studio X50\r\nstudio x-30",
    "category": "",
    "affected_from": "4.1",
    "affected_to": "",
    "state": "examined",
    "fixed_in": "",
    "remarks": "Til oss selv",
}
DESK = "/desk/known-issues"


@pytest.fixture
def anna(session: Session, sign_in: SignInAs) -> FlaskClient:
    make_model(session, "Studio X30")
    make_model(session, "Studio X50")
    return sign_in(make_user(session, role=Role.AGENT, name="Anna Agent"))


def only(session: Session) -> KnownIssue:
    session.expire_all()
    return session.scalars(select(KnownIssue)).one()


def test_a_new_issue_is_a_draft_until_it_is_published(session: Session, anna: FlaskClient) -> None:
    answer = anna.post(DESK, data=FORM | {"token": "t"}, follow_redirects=True)
    issue = only(session)
    assert answer.request.path == f"{DESK}/{issue.reference}"
    assert "Customers see it when you publish it." in answer.text
    assert issue.published_at is None
    assert len(issue.models) == 2
    assert "Til oss selv" in answer.text

    done = anna.post(f"{DESK}/{issue.reference}/publication", follow_redirects=True)
    assert "Customers can read it now." in done.text
    assert only(session).published_at
    assert "Anna Agent" in done.text  # in its history
    assert anna.post(f"{DESK}/{issue.reference}/publication").status_code == 422

    back = anna.post(f"{DESK}/{issue.reference}/withdrawal", follow_redirects=True)
    assert "It is a draft again." in back.text
    assert only(session).published_at is None
    assert anna.post(f"{DESK}/{issue.reference}/withdrawal").status_code == 422
    deeds = [event.what for event in session.scalars(events_of(issue))]
    assert deeds == [What.WITHDRAWN, What.PUBLISHED, What.CREATED]


def test_sending_the_form_twice_writes_one(session: Session, anna: FlaskClient) -> None:
    first, second = (anna.post(DESK, data=FORM | {"token": "t"}) for _ in range(2))
    assert first.location == second.location
    only(session)


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"title_nb": "", "title_en": ""}, "title_nb", "Enter a title"),
        ({"title_en": ""}, "title_en", "Enter the title in this language too."),
        ({"models": "Studio X50\nStudio Q9"}, "models", "There is no model called Studio Q9"),
        ({"models": " "}, "models", "Name the models, or choose a category."),
        ({"state": "workaround"}, "workaround_nb", "Write what people can do meanwhile."),
        ({"state": "fixed"}, "fixed_in", "Enter the version that fixes it."),
        ({"fixed_in": "4.4"}, "state", "choose “Fixed”"),
        ({"state": "fixed", "fixed_in": "4.1"}, "fixed_in", "must come after"),
        ({"affected_to": "4.0"}, "affected_to", "must not come before"),
        ({"state": "nonsense"}, "state", "Not a valid choice"),
        ({"category": "nonsense"}, "category", "Not a valid choice"),
        ({"description_nb": "x" * 10_001}, "description_nb", "at most 10,000 characters"),
    ],
)
def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(
    session: Session, anna: FlaskClient, wrong: dict[str, str], field: str, told: str
) -> None:
    answer = anna.post(DESK, data=FORM | {"token": "t"} | wrong)
    assert answer.status_code == 422
    assert f'href="#{field}">' in answer.text
    assert told in answer.text
    assert "Til oss selv" in answer.text
    assert session.scalars(select(KnownIssue)).all() == []


def test_a_change_is_told_with_what_and_by_whom(session: Session, anna: FlaskClient) -> None:
    issue = make_issue(session, "Audio drops out", models=[make_model(session, "Studio X70")])
    changed = FORM | {"version": "1", "state": "workaround", "workaround_nb": "Start på nytt."}
    answer = anna.post(f"{DESK}/{issue.reference}/facts", data=changed, follow_redirects=True)
    assert "Your changes are saved." in answer.text
    assert "State: from Being looked at to Workaround" in answer.text
    assert "Models: from Studio X70 to Studio X30 and Studio X50" in answer.text
    assert "Product category: from" not in answer.text
    again = anna.post(f"{DESK}/{issue.reference}/facts", data=changed | {"version": "2"})
    assert again.status_code == 303
    assert len(session.scalars(events_of(issue)).all()) == 1


def test_of_two_who_change_it_the_later_sees_both(session: Session, anna: FlaskClient) -> None:
    issue = make_issue(session, "Audio drops out", models=[make_model(session, "Studio X70")])
    path = f"{DESK}/{issue.reference}/facts"
    assert anna.post(path, data=FORM | {"version": "1"}).status_code == 303
    late = anna.post(path, data=FORM | {"version": "1", "models": "Studio X70", "title_nb": "Ny"})
    assert late.status_code == 422
    assert "Someone else changed this" in late.text
    assert "<b>Studio X30 and Studio X50</b>" in late.text
    assert "<b>Hakkete lyd</b>" in late.text
    assert late.text.count("Saved meanwhile") == 2
    # Also where it is only the models that differ.
    only_models = FORM | {"version": "1", "models": "Studio X70"}
    assert anna.post(path, data=only_models).status_code == 422
    assert anna.post(path, data=only_models | {"version": "2"}).status_code == 303


def test_remarks_are_no_news_to_customers(session: Session, anna: FlaskClient) -> None:
    issue = make_issue(session, "Audio drops out", title_nb="Hakkete lyd")
    before = issue.changed_at
    told = FORM | {"models": "", "category": "video", "affected_from": "", "version": "1"}
    told |= {"description_nb": "", "description_en": "Audio drops out.", "remarks": "Nytt"}
    path = f"{DESK}/{issue.reference}/facts"
    assert anna.post(path, data=told).status_code == 303
    assert (only(session).changed_at, only(session).remarks) == (before, "Nytt")
    anna.post(path, data=told | {"version": "2", "description_en": "More."})
    assert only(session).changed_at > before


def test_it_is_marked_as_fixed_with_the_version(session: Session, anna: FlaskClient) -> None:
    issue = make_issue(session, affected_from="4.1", affected_to="4.3")
    path = f"{DESK}/{issue.reference}/fix"
    for wrong in ("", "4.3", "4.2", "x" * 41):
        answer = anna.post(path, data={"version": "1", "fixed_in": wrong})
        assert answer.status_code == 422
        assert 'href="#fixed_in">' in answer.text
        assert only(session).state is State.EXAMINED
    assert anna.post(path, data={"version": "0", "fixed_in": "4.4"}).status_code == 422
    done = anna.post(path, data={"version": "1", "fixed_in": " 4.4 "}, follow_redirects=True)
    assert "Fixed in version 4.4" in done.text
    assert (only(session).state, only(session).fixed_in) == (State.FIXED, "4.4")
    assert next(iter(session.scalars(events_of(issue)))).what is What.FIXED
    assert 'name="fixed_in"' not in done.text  # it is fixed once


def test_what_is_not_described_is_not_published(session: Session, anna: FlaskClient) -> None:
    issue = make_issue(session, description_en="", published=False)
    answer = anna.post(f"{DESK}/{issue.reference}/publication")
    assert answer.status_code == 422
    assert "Describe the issue before you publish it." in answer.text


def test_staff_look_and_those_who_keep_them_change(session: Session, sign_in: SignInAs) -> None:
    issue = make_issue(session, "Draft", published=False)
    for role, keeps in {
        Role.AGENT: True,
        Role.ESCALATION_MANAGER: True,
        Role.CSM: False,
        Role.LOGISTICS: False,
        Role.STAFF_ADMINISTRATOR: False,
    }.items():
        browser = sign_in(make_user(session, role=role))
        assert "Draft" in browser.get(DESK).text
        page = browser.get(f"{DESK}/{issue.reference}").text
        assert ("/facts" in page) == ("/publication" in page) == ("/fix" in page) == keeps
        assert browser.get(f"{DESK}/new").status_code == (200 if keeps else 403)
        assert browser.post(DESK, data=FORM).status_code == (422 if keeps else 403)


def test_the_list_is_filtered_by_what_is_missing(session: Session, anna: FlaskClient) -> None:
    make_issue(session, "English only")
    make_issue(session, "Both", title_nb="Begge", description_nb="Begge.")
    make_issue(session, "Draft", published=False, category=Category.VOICE)
    shown = {"English only", "Both", "Draft"}
    for query, expected in {
        "stage=untranslated": {"English only", "Draft"},
        "stage=published": {"English only", "Both"},
        "stage=draft": {"Draft"},
        "stage=draft&category=video": set(),
        "q=english": {"English only"},
    }.items():
        text = anna.get(f"{DESK}?{query}").text
        assert {it for it in shown if f">{it}</a>" in text} == expected
    assert "Lacks Norwegian" in anna.get(DESK).text


def test_what_is_connected_is_listed_and_how_many_customers_hear_of_it(
    session: Session, anna: FlaskClient
) -> None:
    issue, other = make_issue(session, published=False), make_issue(session)
    path = f"{DESK}/{issue.reference}"
    assert "so no customer is told." in anna.get(path).text

    gone, fjord, nordlys = (make_account(session, name) for name in ("Borte", "Fjord", "Nordlys"))
    gone.closed_at = MOMENT
    for account, status, subject in (
        (nordlys, Status.NEW, "Åpen"),
        (nordlys, Status.WAITING_FOR_CUSTOMER, "Venter"),
        (fjord, Status.CLOSED, "Ferdig"),
        (gone, Status.NEW, "Borte"),
    ):
        request = make_request(session, account, status=status, subject=subject)
        request.known_issue_id = issue.id
    make_request(session, fjord, subject="En annen").known_issue_id = other.id
    session.commit()
    page = anna.get(path).text
    listed = page.partition('id="connected"')[2].partition("</section>")[0]
    assert re.findall(r'requests/SR-\d+">(.*?)</a>', listed) == [
        *("Borte", "Venter", "Åpen", "Ferdig"),
    ]
    assert "4 requests are connected with it." in listed
    assert "1 customer is told when the issue is published." in page

    make_request(session, fjord, subject="Åpen der også").known_issue_id = issue.id
    issue.published_at = MOMENT
    session.commit()
    page = anna.get(path).text
    assert "2 customers are told in the open requests that are connected with it." in page


def test_of_many_that_are_connected_the_first_are_listed(
    session: Session, anna: FlaskClient
) -> None:
    issue, account = make_issue(session), make_account(session)
    for number in range(27):
        make_request(session, account, subject=f"Nr. {number}").known_issue_id = issue.id
    session.commit()
    page = anna.get(f"{DESK}/{issue.reference}").text
    assert "27 requests are connected with it. The first 25 are shown, open ones first." in page
    assert ">Nr. 26</a>" in page
    assert ">Nr. 1</a>" not in page


def test_pages_cost_few_statements(session: Session, anna: FlaskClient, engine: Engine) -> None:
    anna.post(DESK, data=FORM | {"token": "t"})
    issue = only(session)
    for version in ("1", "2", "3"):
        anna.post(
            f"{DESK}/{issue.reference}/facts",
            data=FORM | {"version": version, "title_nb": f"Tittel {version}"},
        )
    for path, most in ((DESK, 3), (f"{DESK}/{issue.reference}", 6)):
        anna.get(path)
        with counted(engine) as sent:
            assert anna.get(path).status_code == 200
        assert len(sent) <= most, sent


@pytest.mark.parametrize("ref", ["KI-1", "nonsense", "KI-1000015", "%00"])
def test_what_is_no_issue_is_not_found(anna: FlaskClient, ref: str) -> None:
    for path in (f"{DESK}/{ref}", f"{DESK}/{ref}/facts"):
        assert anna.get(path).status_code == 404
    assert anna.post(f"{DESK}/{ref}/fix", data={"fixed_in": "1"}).status_code == 404


@pytest.mark.parametrize("odd", [*FIELDS, "", "-1", "1e309", "<script>"])
def test_whatever_is_sent_is_taken_or_refused_in_words(
    session: Session, anna: FlaskClient, odd: str
) -> None:
    path = f"{DESK}/{make_issue(session).reference}"
    form = FORM | {"version": "1", "token": "t"}
    for name in form:
        for door in (DESK, f"{path}/facts", f"{path}/fix"):
            status = anna.post(door, data=form | {name: odd}).status_code
            assert status in {303, 422}, (door, name)
