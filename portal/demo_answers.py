"""The demo's standard answers."""

from sqlalchemy import select

from portal.accounts.actions import Person
from portal.accounts.models import User
from portal.base import clock
from portal.base.tenancy import NOBODY
from portal.demo_stories import ERIK
from portal.request_desk.actions import AnswerFacts, add_answer
from portal.service_requests.desk_models import StandardAnswer
from portal.service_requests.rules import Status
from portal.web.session import Sessions

ANSWERS = (
    AnswerFacts(
        title="Be om logg",
        norwegian="Hei {name}!\n\nKan du sende oss loggen fra {product}? Du finner den under"
        " Diagnostikk og Last ned logger. Legg den ved her, så ser vi på den med en gang.\n\n"
        "Hilsen {agent}",
        english="Hello {name},\n\nCould you send us the log from {product}? You find it under"
        " Diagnostics and Download logs. Attach it here, and we will look at it at once.\n\n"
        "Regards, {agent}",
        goes_to=Status.WAITING_FOR_CUSTOMER,
        waits_norwegian="send loggen",
        waits_english="send the log",
    ),
    AnswerFacts(
        title="Vi undersøker",
        norwegian="Hei {name}!\n\nTakk for beskrivelsen. Vi undersøker dette og skriver igjen"
        " senest {next_update}.\n\nHilsen {agent}",
        english="Hello {name},\n\nThank you for the description. We are looking into it and will"
        " write again by {next_update}.\n\nRegards, {agent}",
        goes_to=Status.IN_PROGRESS,
    ),
    AnswerFacts(
        title="Start på nytt og prøv igjen",
        norwegian="Hei {name}!\n\nTa strømmen fra {product} i ett minutt, og prøv igjen. Virker det"
        " ikke da, så svar her.\n\nHilsen {agent}",
        english="Hello {name},\n\nUnplug {product} for a minute, and try again. If it does not work"
        " then, answer here.\n\nRegards, {agent}",
        goes_to=Status.SOLUTION_PROPOSED,
    ),
    AnswerFacts(
        title="Takk, og ha en fin dag",
        norwegian="Hei {name}!\n\nSå fint at det ordnet seg. Vi lukker {reference}. Den kan åpnes"
        " igjen om det trengs.\n\nHilsen {agent}",
        english="Hello {name},\n\nGood to hear that it works. We close {reference}; it can be"
        " opened again if needed.\n\nRegards, {agent}",
        goes_to=Status.SOLVED,
    ),
)


def load(sessions: Sessions) -> None:
    """Those that there are not yet."""
    with sessions(scope=NOBODY) as session, session.begin():
        known = set(session.scalars(select(StandardAnswer.title)))
        erik = session.scalars(select(User.id).where(User.email == ERIK)).one()
        for facts in ANSWERS:
            if facts.title not in known:
                add_answer(session, facts, by=Person(erik), now=clock.now())
