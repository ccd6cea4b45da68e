"""What is looked up of delivery times."""

from sqlalchemy import Select, select

from portal.delivery_times.models import PostalCodeStretch, ShippingSite


def shipping_sites() -> Select[ShippingSite]:
    """The first is the one that parcels are sent from."""
    return select(ShippingSite).order_by(ShippingSite.id)


def stretches_listed() -> Select[PostalCodeStretch]:
    return select(PostalCodeStretch).order_by(
        PostalCodeStretch.country, PostalCodeStretch.first_code
    )
