"""Deciding how the people of an account sign in."""

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base.history import Doer, What, happened_in


def demand_second_factor(session: Session, account: Account, demanded: bool, *, by: Doer) -> None:
    """Ask everyone in the account for more than a password, or leave it to each."""
    if account.second_factor_required == demanded:
        return
    account.second_factor_required = demanded
    what = What.FACTORS_DEMANDED if demanded else What.FACTORS_OPTIONAL
    happened_in(session, account.id, account, what, by=by)
