"""Known issues, as customers read them."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.base.references import read_reference
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.catalogue.models import Category
from portal.known_issues.issues import Issue, issues_of
from portal.known_issues.listing import Whose, list_issues, models_in, read_asked
from portal.known_issues.rules import State
from portal.products.queries import models_in_use
from portal.web.guard import allow
from portal.web.limited import limited
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("known_issues", __name__)
CHOICES = {each.__name__: each for each in (Category, State, Whose)}


@bp.get("")
@allow(Permission.PRODUCTS_VIEW)
@limited("search")
def index() -> ResponseReturnValue:
    issues, models, asked = issues_of(db()), catalogue_of(db()), read_asked(request.args)
    shown = issues.published
    whose = asked.whose or Whose.OURS
    if whose is Whose.OURS and not asked.model:
        shown = _ours(shown, models)
        if not shown and asked.whose is None:  # nothing is theirs, and they did not ask for it
            shown, whose = issues.published, Whose.ALL
    listed = list_issues(shown, asked, issues.matching, models)
    return page(
        "known_issues/index.html",
        listed=listed,
        whose=Whose.ALL if asked.model else whose,
        named=models_in(listed.rows, models),
        choices=CHOICES,
        news=listed.found,
    )


@bp.get("/<reference>")
@allow(Permission.PRODUCTS_VIEW)
def show(reference: str) -> ResponseReturnValue:
    issue = issues_of(db()).get(read_reference("KI", reference))
    if issue is None or not issue.published_at:
        abort(404)
    models = catalogue_of(db())
    named = [model for model in models if model.id in issue.models]
    return page("known_issues/show.html", issue=issue, models=named)


def _ours(issues: tuple[Issue, ...], models: Catalogue) -> tuple[Issue, ...]:
    """Those of models that the account has devices of."""
    told = {each.id for each in models if any(issue.concerns(each) for issue in issues)}
    held = set(db().scalars(models_in_use(told))) if told else set()
    mine = [models[each] for each in held]
    return tuple(it for it in issues if any(it.concerns(model) for model in mine))
