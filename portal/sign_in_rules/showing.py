"""The page on how the people of an account sign in, with the forms of all its parts."""

from flask import Response

from portal.accounts.models import Account
from portal.sign_in_rules.forms import SecondFactorForm
from portal.sign_in_rules.queries import people_and_factors
from portal.single_sign_on.forms import DemandForm, DomainForm, ProviderForm
from portal.single_sign_on.leading import way_here
from portal.single_sign_on.queries import administrators_of, domains_of, linked_to, provider_of
from portal.single_sign_on.rules import TXT_NAME
from portal.web.forms import Form
from portal.web.guard import account
from portal.web.pages import page
from portal.web.session import db


def our_account() -> Account:
    return db().get_one(Account, account().id)


def sign_in_page(status: int = 200, refused: Form | None = None) -> Response:
    """`refused` is the form that came back; the others say what is."""
    people, ready = db().execute(people_and_factors(account().id)).one()
    sso = db().scalars(provider_of(account().id)).one_or_none()
    provider, demand, domain = _provider(refused), _demand(refused), _domain(refused)
    if provider is not refused:
        provider.show(sso)
    if sso:
        demand.offer(db().scalars(administrators_of(account().id)))
    if sso and demand is not refused:
        demand.demanded.data = sso.required
        demand.way_in.data = sso.way_in.email if sso.way_in else ""
    return page(
        "sign_in_rules/show.html",
        status,
        form=SecondFactorForm(formdata=None, obj=our_account()),
        people=people,
        ready=ready,
        refused=refused,
        sso=sso,
        linked=db().scalars(linked_to(sso.id)).one() if sso else 0,
        domains=db().scalars(domains_of(account().id)).all(),
        provider_form=provider,
        domain_form=domain,
        demand_form=demand,
        way_here=way_here(),
        txt_name=TXT_NAME,
    )


def _provider(refused: Form | None) -> ProviderForm:
    return refused if isinstance(refused, ProviderForm) else ProviderForm(formdata=None)


def _domain(refused: Form | None) -> DomainForm:
    return refused if isinstance(refused, DomainForm) else DomainForm(formdata=None)


def _demand(refused: Form | None) -> DemandForm:
    return refused if isinstance(refused, DemandForm) else DemandForm(formdata=None)
