"""The search field of every page: what is named exactly is opened, the rest is looked for."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.base.references import read_reference
from portal.products.finding import path_of
from portal.products.queries import product_with_id, products_known_as
from portal.products.rules import bare
from portal.web.guard import allow
from portal.web.session import db

bp = Blueprint("search", __name__)


@bp.get("")
@allow(Permission.PRODUCTS_VIEW)
def search() -> ResponseReturnValue:
    text = request.args.get("q", "").replace("\0", "").strip()[:200]
    number, product_id = bare(text)[:20], read_reference("P", text)
    queries = [products_known_as(serial_number=number), products_known_as(mac=number)]
    if product_id:
        queries.insert(0, product_with_id(product_id))
    for query in queries if number else []:
        if product := db().scalars(query).first():
            return redirect(path_of(product), 303)
    return redirect(url_for("products.index", q=text or None), 303)
