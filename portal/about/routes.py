"""Pages for everyone, signed in or not: the law, whom to contact, and help."""

from flask import Blueprint
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.about.facts import grantable_list, retention_table, roles_table
from portal.about.status import LastStatus
from portal.about.tagging import tag
from portal.about.texts import find_text
from portal.base.words import N_
from portal.web.guard import public
from portal.web.locale import language
from portal.web.operator import OPERATOR
from portal.web.pages import page

LEGAL = ("accessibility", "contact", "cookies", "privacy", "terms")
HELP = {
    N_("Get started"): ("sign-in", "roles", "language", "keyboard"),
    N_("Devices"): ("registration", "count", "import", "search", "coverage"),
    N_("Sites and customers"): ("sites", "partners"),
}
ARTICLES = tuple(name for names in HELP.values() for name in names)

bp = Blueprint("about", __name__)
bp.after_request(tag)


@bp.record_once
def _share(state: BlueprintSetupState) -> None:
    state.app.extensions["status"] = LastStatus()
    state.app.jinja_env.globals.update(
        operator=OPERATOR,
        roles_table=roles_table,
        grantable_list=grantable_list,
        retention_table=retention_table,
    )


@bp.get(f"/<any({', '.join(LEGAL)}):name>")
@public
def document(name: str) -> ResponseReturnValue:
    return page("about/document.html", text=find_text(name, language()))


@bp.get("/help")
@public
def help_index() -> ResponseReturnValue:
    groups = {
        group: [find_text(f"help/{name}", language()) for name in names]
        for group, names in HELP.items()
    }
    return page("about/help_index.html", groups=groups)


@bp.get("/help/<name>")
@public
def help_article(name: str) -> ResponseReturnValue:
    if name not in ARTICLES:
        raise NotFound
    return page("about/help_article.html", text=find_text(f"help/{name}", language()))
