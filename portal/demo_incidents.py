"""The demo's incidents: one that goes on, one that is over, one that chosen customers read of."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base import clock
from portal.base.bilingual import Bilingual
from portal.base.tenancy import NOBODY
from portal.incidents.actions import begin_incident, write_update
from portal.incidents.facts import IncidentFacts, Told
from portal.incidents.models import Incident
from portal.incidents.rules import Audience, Impact, Service, State
from portal.web.session import Sessions


def load(sessions: Sessions, *, fjordhelse: str) -> None:
    """Fill what is empty. The account is there."""
    with sessions(scope=NOBODY) as session, session.begin():
        if session.scalars(select(Incident.id).limit(1)).first() is None:
            account = select(Account.id).where(Account.name == fjordhelse)
            _write_incidents(session, clock.now(), session.scalars(account).one())


def _write_incidents(session: Session, now: datetime, account_id: int) -> None:
    mail = IncidentFacts(
        started_at=now - timedelta(days=18, hours=5),
        title_nb="E-post fra støtteportalen kom for sent",
        title_en="E-mails from the support portal came late",
        impact=Impact.DEGRADED,
        services=(Service.PORTAL,),
    )
    _tell(
        session,
        mail,
        (State.INVESTIGATING, 20, "Noen e-poster kommer opptil en time for sent. Ingen går tapt.",
         "Some e-mails come up to an hour late. None is lost."),
        (State.SOLVED, 190, "Køen er tømt, og e-post kommer som vanlig igjen.",
         "The queue is empty, and e-mails come as usual again."),
    )  # fmt: skip
    rooms = IncidentFacts(
        started_at=now - timedelta(days=4),
        title_nb="Planlagte omstarter av møterom ble kjørt om dagen",
        title_en="Planned restarts of meeting rooms ran during the day",
        impact=Impact.PARTIAL,
        audience=Audience.CHOSEN,
        services=(Service.VIDEO,),
        accounts=(account_id,),
    )
    _tell(
        session,
        rooms,
        (State.IDENTIFIED, 10, "Noen rom starter på nytt midt i møter. Tidssonen er satt feil.",
         "Some rooms restart in the middle of meetings. The time zone is set wrongly."),
        (State.SOLVED, 95, "Tidssonen er rettet, og rommene starter på nytt om natten igjen.",
         "The time zone is corrected, and the rooms restart at night again."),
    )  # fmt: skip
    lens = IncidentFacts(
        started_at=now - timedelta(minutes=95),
        title_nb="Poly Lens viser enheter med forsinkelse",
        title_en="Poly Lens shows devices with a delay",
        impact=Impact.DEGRADED,
        services=(Service.LENS,),
    )
    _tell(
        session,
        lens,
        (State.INVESTIGATING, 15, "Status og fastvare i Lens er opptil tre timer gammel. Selve"
         " enhetene virker som de skal.", "Status and firmware in Lens are up to three hours old."
         " The devices themselves work as they should."),
        (State.IDENTIFIED, 60, "Årsaken er en kø som ikke blir tømt fort nok. Vi setter inn mer"
         " kapasitet.", "The cause is a queue that is not emptied fast enough. We are adding"
         " capacity."),
    )  # fmt: skip


def _tell(session: Session, facts: IncidentFacts, *updates: tuple[State, int, str, str]) -> None:
    """Each update: how far it had come, how many minutes after the start, and its words."""
    incident: Incident | None = None
    for state, minutes, nb, en in updates:
        at = facts.started_at + timedelta(minutes=minutes)
        told = Told(state=state, text=Bilingual(nb, en), next_due_at=at + timedelta(hours=2))
        with clock.as_of(at):
            if incident is None:
                incident = begin_incident(session, facts, told, by=None, now=at)
            else:
                version = incident.version
                write_update(session, incident, told, version=version, by=None, now=at)
