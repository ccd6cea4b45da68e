"""The demo's catalogue and agreements."""

from datetime import date
from pathlib import Path

from sqlalchemy import select

from portal.accounts.models import Account, Partner
from portal.agreements.actions import add_agreement
from portal.agreements.facts import AgreementFacts
from portal.agreements.queries import agreement_terms
from portal.base.sheets import read_sheet
from portal.base.tenancy import NOBODY, Scope
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.imports import import_models, rows_by_column
from portal.catalogue.models import Category, ProductModel
from portal.web.session import Sessions

MODELS = Path(__file__).parent / "catalogue" / "models.csv"
NUMBERS = {Category.HEADSET: 420, Category.VIDEO: 160, Category.VOICE: 240}


def load(sessions: Sessions, *, nordlys: str, fjordhelse: str, vestnett: str) -> None:
    """Fill what is empty. The accounts and the partner are there, by these names."""
    with sessions(scope=NOBODY) as session, session.begin():
        if session.scalars(select(ProductModel.id).limit(1)).first() is None:
            with MODELS.open("rb") as file:
                import_models(session, rows_by_column(read_sheet(file)), by=None)
    with sessions(scope=NOBODY) as session:
        partner = session.scalars(select(Partner.id).where(Partner.name == vestnett)).one()
        telehealth = catalogue_of(session).named("Telehealth Station")
    plain = AgreementFacts(
        number="PPE-204417",
        starts_on=date(2026, 1, 1),
        ends_on=date(2028, 12, 31),
        partner_id=partner,
        categories=NUMBERS,
    )
    careful = AgreementFacts(
        number="PPE-204512",
        starts_on=date(2025, 7, 1),
        ends_on=date(2027, 6, 30),
        partner_id=partner,
        categories={Category.VIDEO: 85, Category.VOICE: 610},
        lines={telehealth.id: 6} if telehealth else {},
        retain_and_destroy=True,
        technical_account_manager=True,
        csm_hours=8,
    )
    for name, facts in ((nordlys, plain), (fjordhelse, careful)):
        _agree(sessions, name, facts)


def _agree(sessions: Sessions, name: str, facts: AgreementFacts) -> None:
    with sessions(scope=NOBODY) as session:
        account = session.scalars(select(Account.id).where(Account.name == name)).one()
    with sessions(scope=Scope(frozenset({account}), account)) as session, session.begin():
        if not agreement_terms(session):
            add_agreement(session, account_id=account, facts=facts, by=None)
