"""What addresses name: an import."""

from flask import abort, url_for

from portal.base.references import read_reference
from portal.product_imports.models import ProductImport
from portal.product_imports.queries import import_with_id
from portal.web.session import db


def find(reference: str) -> ProductImport:
    import_id = read_reference("I", reference) or abort(404)
    return db().scalars(import_with_id(import_id)).one()


def path_of(it: ProductImport) -> str:
    return url_for("product_imports.show", reference=it.reference)
