"""The demo's known issues. They are made up, as are the versions in them."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from portal.base import clock
from portal.base.tenancy import NOBODY
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.models import Category
from portal.known_issues.actions import add_issue, publish_issue
from portal.known_issues.facts import IssueFacts
from portal.known_issues.models import KnownIssue
from portal.known_issues.rules import State
from portal.web.session import Sessions


@dataclass(frozen=True, slots=True)
class Draft:
    """A known issue, the models it concerns, and how many days ago it was written."""

    facts: IssueFacts
    models: tuple[str, ...]
    days: int
    published: bool = True


ISSUES = (
    Draft(
        IssueFacts(
            title_nb="Hakkete lyd i lange møter",
            title_en="Audio drops out in long meetings",
            description_nb="Etter omtrent to timer i samme møte faller lyden fra rommet ut i ett"
            " til to sekunder om gangen. Det skjer oftest i Teams-rom med ekstern mikrofon.\n\n"
            "Bilde og skjermdeling blir ikke berørt.",
            description_en="After about two hours in the same meeting, audio from the room drops"
            " out for a second or two at a time. It happens most in Teams Rooms with an expansion"
            " microphone.\n\nVideo and screen sharing are not affected.",
            workaround_nb="Start enheten på nytt før lange møter, eller slå på nattlig omstart:\n"
            "Innstillinger › Generelt › Automatisk omstart.",
            workaround_en="Restart the device before long meetings, or turn on nightly restarts:\n"
            "Settings › General › Automatic restart.",
            affected_from="4.1.0",
            affected_to="4.3.1",
            fixed_in="4.4.0",
            state=State.FIXED,
            remarks="Bekreftet av utviklerne: minnelekkasje i lyddriveren. Ikke lov kunder en"
            " tilbakeføring til 4.3.",
        ),
        ("Studio X30", "Studio X50", "Studio X52", "Studio X70"),
        40,
    ),
    Draft(
        IssueFacts(
            title_nb="Berøringspanelet mister kontakten etter strømbrudd",
            title_en="Touch controller loses its connection after a power cut",
            description_nb="Når panelet og videolinjen får strøm samtidig, finner de ikke alltid"
            " hverandre. Panelet viser «Kobler til …» og blir stående.",
            description_en="When the controller and the video bar get power at the same moment,"
            " they do not always find each other. The controller shows “Connecting …” and"
            " stays there.",
            workaround_nb="Ta ut nettverkskabelen til panelet, vent i ti sekunder og sett den inn"
            " igjen.",
            workaround_en="Unplug the controller's network cable, wait ten seconds and plug it in"
            " again.",
            affected_from="4.2.0",
            state=State.WORKAROUND,
        ),
        ("TC8", "TC10"),
        21,
    ),
    Draft(
        IssueFacts(
            title_nb="Batterinivået vises feil i Poly Lens",
            title_en="Battery level is shown wrongly in Poly Lens",
            description_nb="Lens viser 0 % for hodesett som er fulladet, når basen er koblet til en"
            " Mac. Hodesettet virker som det skal.",
            description_en="Lens shows 0% for headsets that are fully charged while the base is"
            " connected to a Mac. The headset works as it should.",
            state=State.EXAMINED,
            category=Category.HEADSET,
        ),
        (),
        6,
    ),
    Draft(
        IssueFacts(
            title_en="Ring tone plays on the speaker while a headset is connected",
            description_en="With a USB headset connected, an incoming call also rings on the"
            " phone's own speaker, whatever the setting says.",
            affected_from="8.1.0",
            affected_to="8.1.2",
            state=State.UNFIXED,
        ),
        ("CCX 500", "CCX 600"),
        90,
    ),
    Draft(
        IssueFacts(
            title_nb="Kameraet følger feil person i rom med glassvegg",
            title_en="Camera follows the wrong person in rooms with a glass wall",
            description_nb="Speilinger i glassveggen blir tatt for personer.",
            state=State.EXAMINED,
            remarks="Venter på opptak fra Fjordhelse før vi publiserer.",
        ),
        ("Studio X70",),
        2,
        published=False,
    ),
)


def load(sessions: Sessions) -> None:
    """Fill what is empty. The catalogue is there."""
    now = clock.now()
    with sessions(scope=NOBODY) as session, session.begin():
        if session.scalars(select(KnownIssue.id).limit(1)).first() is not None:
            return
        catalogue = catalogue_of(session)
        for draft in sorted(ISSUES, key=lambda it: -it.days):
            named = (catalogue.named(name) for name in draft.models)
            models = tuple(model.id for model in named if model)
            at = now - timedelta(days=draft.days)
            with clock.as_of(at):
                issue = add_issue(session, replace(draft.facts, models=models), by=None, now=at)
                if draft.published:
                    publish_issue(session, issue, by=None, now=at)
