"""What is looked up of stock: always of the site that parcels are sent from."""

from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from portal.catalogue.catalogue import Catalogue, Model
from portal.catalogue.models import ProductModel
from portal.delivery_times.models import ShippingSite
from portal.delivery_times.queries import shipping_sites
from portal.stock.models import Stock
from portal.stock.rules import Supply, successors


def _here() -> object:
    return shipping_sites().with_only_columns(ShippingSite.id).limit(1).scalar_subquery()


def stock_of(model_ids: Collection[int]) -> Select[Stock]:
    """The lines of some models, in one order for all who write them."""
    return (
        select(Stock)
        .where(Stock.shipping_site_id == _here(), Stock.model_id.in_(model_ids))
        .order_by(Stock.model_id)
    )


def stock_listed() -> Select[Stock]:
    """By the names of the models, at each site."""
    return (
        select(Stock)
        .join(Stock.model)
        .join(Stock.site)
        .options(joinedload(Stock.site).load_only(ShippingSite.name))
        .order_by(ProductModel.name, ShippingSite.name, Stock.id)
    )


def supplies_of(
    session: Session, models: Collection[Model], catalogue: Catalogue
) -> dict[int, Supply]:
    """What is there of these models, and of what may be sent instead; in one statement."""
    wanted = {it.id for model in models for it in (model, *successors(model, catalogue))}
    lines = session.scalars(stock_of(sorted(wanted)).execution_options(populate_existing=True))
    return {it.model_id: Supply(it.free, it.expected_on) for it in lines}
