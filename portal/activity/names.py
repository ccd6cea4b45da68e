"""What records are called by now: history holds ids, and names are looked up when it is read.

As columns of the log's own statement, so that a page of it costs no more than before, and a sheet
of a hundred thousand events does not ask a hundred thousand times.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, select
from sqlalchemy.orm import aliased

from portal.accounts.grants import Grant
from portal.accounts.models import Account, Membership, Partner, Site, User
from portal.agreements.models import Agreement
from portal.base.history import What
from portal.catalogue.models import ProductModel
from portal.invitations.models import Invitation
from portal.licenses.models import License
from portal.partners.models import AccessRequest
from portal.products.models import Product


def name_of_record(table: Any) -> ColumnElement[str | None]:
    """What an event's record is called; null where it has no name, or is gone."""
    return case(
        *((table.kind == kind, query.scalar_subquery()) for kind, query in _names(table).items())
    )


def name_of_other(table: Any) -> ColumnElement[str | None]:
    """Who else it concerned: whoever something was handed over to."""
    to = aliased(User)
    whoever = select(to.name).where(to.id == table.details["user"].as_integer())
    return case((table.what == What.HANDED_OVER, whoever.scalar_subquery()))


def _names(table: Any) -> dict[str, Select[Any]]:
    # Aliases, because the log's statement has a person and a partner already: whoever did it.
    user, partner = aliased(User), aliased(Partner)
    it = table.record_id
    return {
        "access_request": select(partner.name)
        .join(AccessRequest, AccessRequest.partner_id == partner.id)
        .where(AccessRequest.id == it),
        "account": select(Account.name).where(Account.id == it),
        "agreement": select(Agreement.number).where(Agreement.id == it),
        "grant": select(partner.name)
        .join(Grant, Grant.partner_id == partner.id)
        .where(Grant.id == it),
        "invitation": select(Invitation.email).where(Invitation.id == it),
        "license": select(License.name).where(License.id == it),
        "membership": select(user.name)
        .join(Membership, Membership.user_id == user.id)
        .where(Membership.id == it),
        "partner": select(partner.name).where(partner.id == it),
        "product": select(Product.serial_number).where(Product.id == it),
        "product_model": select(ProductModel.name).where(ProductModel.id == it),
        "site": select(Site.name).where(Site.id == it),
        "user": select(user.name).where(user.id == it),
    }
