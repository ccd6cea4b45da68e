"""What addresses and forms name: a product, a model, a site."""

from flask import abort, url_for

from portal.accounts.queries import site_named
from portal.base.references import read_reference
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import Model, catalogue_of
from portal.products.models import Product
from portal.products.queries import product_with_id
from portal.web.guard import viewer
from portal.web.session import db


def find(reference: str) -> Product:
    """The product of a reference, with 404 for what is no reference or is not yours."""
    product_id = read_reference("P", reference) or abort(404)
    return db().scalars(product_with_id(product_id)).one()


def path_of(product: Product) -> str:
    return url_for("products.show", reference=product.reference)


def site_id_of(name: str, *, field: str = "site") -> int | None:
    """The account's site of this name; None when no name was given.

    Whoever sees chosen sites only must name one of those, or would not see what they did.
    """
    if not name.strip():
        if not viewer().sees_every_site:
            raise Refused(N_("Choose one of the sites you have access to."), field=field)
        return None
    found = db().scalars(site_named(name)).one_or_none()
    if found is None and not viewer().sees_every_site:
        raise Refused(
            N_("%(name)s is not one of the sites you have access to. Choose one from the list."),
            field=field,
            name=name.strip(),
        )
    if found is None:
        raise Refused(
            N_("There is no site called %(name)s. Choose one from the list, or create it first."),
            field=field,
            name=name.strip(),
        )
    return found.id


def model_named(text: str) -> Model:
    catalogue = catalogue_of(db())
    model = catalogue.named(text) or catalogue.with_part_number(text)
    if model is None:
        raise Refused(
            N_("There is no model called %(name)s. Choose one from the list."),
            field="model",
            name=text.strip(),
        )
    return model
