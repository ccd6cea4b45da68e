"""The issues in memory: read once, renewed when they change, and found by what people write."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from portal.base.db import READING
from portal.base.tenancy import NOBODY, ScopedSession
from portal.catalogue.models import Category
from portal.known_issues.issues import issues_of, known_issues_like
from tests.factories import make_issue, make_model


@pytest.fixture
def reading(engine: Engine) -> Iterator[ScopedSession]:
    made = sessionmaker(engine.execution_options(**READING), class_=ScopedSession)
    with made(scope=NOBODY) as session:
        yield session


def found(session: ScopedSession, text: str) -> set[str]:
    issues = issues_of(session)
    return {it.title.en or it.title.nb for it in issues.all if it.id in issues.matching(text)}


def test_they_are_read_once_and_then_not_at_all(
    session: Session, reading: ScopedSession, statements: list[str]
) -> None:
    make_issue(session, models=[make_model(session), make_model(session)])
    statements.clear()
    (issue,) = issues_of(reading).all
    assert len(issue.models) == 2
    assert len([it for it in statements if it.startswith("SELECT")]) <= 5  # models among them

    statements.clear()
    issues_of(reading)
    assert statements == []


def test_nothing_that_staff_remark_is_held(session: Session, reading: ScopedSession) -> None:
    make_issue(session, remarks="wombat")
    assert "wombat" not in repr(issues_of(reading).all)
    assert found(reading, "wombat") == set()


def test_a_change_is_seen_at_once(session: Session, reading: ScopedSession) -> None:
    issue, model = make_issue(session, "Old"), make_model(session, "Studio X50")
    assert found(reading, "old") == {"Old"}
    reading.rollback()
    issue.title_en = "New"
    session.commit()
    assert found(reading, "new") == {"New"}
    reading.rollback()
    make_issue(session, "Of a model", models=[model])
    assert found(reading, "x50") == {"Of a model"}
    reading.rollback()
    model.name = "Studio X52"
    session.commit()
    assert found(reading, "x50") == set()
    assert found(reading, "x52") == {"Of a model"}


@pytest.mark.parametrize(
    "text",
    ["hakkete", "lyden", "lyd i møter", "HAKK", "studio", "x50", "videolinje", "audio drop", "ki-"],
)
def test_they_are_found_however_they_are_called(
    session: Session, reading: ScopedSession, text: str
) -> None:
    issue = make_issue(
        session,
        "Audio drops out",
        title_nb="Hakkete lyd",
        description_nb="I lange møter",
        models=[make_model(session, "Studio X50")],
    )
    make_issue(
        session, "Screen flickers", models=[make_model(session, "CCX 500", kind="desk phone")]
    )
    asked = issue.reference if text == "ki-" else text
    assert found(reading, asked) == {"Audio drops out"}


def test_what_somebody_writes_suggests_what_is_like_it(
    session: Session, reading: ScopedSession
) -> None:
    x50 = make_model(session, "Studio X50")
    ccx = make_model(session, "CCX 500", category=Category.VOICE)
    make_issue(session, "Audio drops out in long meetings", models=[x50])
    make_issue(session, "Meetings do not start", models=[x50])
    make_issue(session, "Ring tone on the speaker", models=[ccx])
    make_issue(session, "Audio drops out, a draft", models=[x50], published=False)

    def like(text: str, model_id: int | None = None) -> list[str]:
        return [it.title.en for it in known_issues_like(reading, text, model_id)]

    assert like("the audio drops every long meeting") == [
        "Audio drops out in long meetings",
    ]
    assert like("meetings") == ["Meetings do not start", "Audio drops out in long meetings"]
    assert like("speaker", x50.id) == []
    assert like("speaker", ccx.id) == ["Ring tone on the speaker"]
    assert like("nothing alike") == like("") == like("-- '%") == []
    assert len(known_issues_like(reading, "meetings", most=1)) == 1


def test_thousands_are_held_and_asked_without_a_statement(
    session: Session, reading: ScopedSession, statements: list[str]
) -> None:
    model = make_model(session)
    make_issue(session, "Audio drops out", models=[model])
    known_issues_like(reading, "audio drops")
    statements.clear()
    for text in ("audio drops out", "x" * 5_000, "audio " * 2_000):
        known_issues_like(reading, text, model.id)
    assert statements == []
