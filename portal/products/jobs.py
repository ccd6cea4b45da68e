"""What is done about products after the answer was sent."""

from sqlalchemy import select

from portal.base.access import Permission
from portal.base.bulk import CHUNK
from portal.base.jobs import handles
from portal.base.run import Run
from portal.products.indexing import index_counts, reindex_products
from portal.products.models import Product, ProductCount


@handles("products.reindex_site", limit=1800)
def reindex_site(run: Run, *, site_id: int) -> None:
    """Let the devices of a site be found by the name that it has now."""
    with run.session(run.scope(Permission.PRODUCTS_CHANGE)) as session:
        index_counts(
            session, session.scalars(select(ProductCount).where(ProductCount.site_id == site_id))
        )
        ids = session.scalars(select(Product.id).where(Product.site_id == site_id)).all()
    for start in range(0, len(ids), CHUNK):
        with run.session(run.scope(Permission.PRODUCTS_CHANGE)) as session:
            reindex_products(session, ids[start : start + CHUNK])
        run.beat()
