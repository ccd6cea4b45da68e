"""Pages for everyone, signed in or not: the law, whom to contact, and help."""

import re
from hashlib import sha256

from flask import Blueprint, Response, request, session
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.about.facts import grantable_list, roles_table
from portal.about.status import PARTS, LastStatus, current_status
from portal.about.texts import find_text
from portal.base.words import N_
from portal.web.guard import public, viewer
from portal.web.headers import keep_and_ask
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

_FORM_TOKEN = re.compile(r'(name="csrf_token" value=)"[^"]*"')

bp = Blueprint("about", __name__)


@bp.record_once
def _share(state: BlueprintSetupState) -> None:
    state.app.extensions["status"] = LastStatus()
    state.app.jinja_env.globals.update(
        operator=OPERATOR, roles_table=roles_table, grantable_list=grantable_list
    )


@bp.after_request
def _tag(response: Response) -> Response:
    """Send a page once, and after that only the news that it is the same.

    Form tokens are new each second, and good for as long as what the session holds of them. For
    someone signed in nothing is left on the device.
    """
    if response.status_code != 200 or viewer().is_authenticated:
        return response
    page = _FORM_TOKEN.sub(r"\1", response.get_data(as_text=True)) + session.get("csrf_token", "")
    response.set_etag(sha256(page.encode()).hexdigest(), weak=True)
    keep_and_ask()
    response.make_conditional(request)
    return response


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


@bp.get("/status")
@public
def show_status() -> ResponseReturnValue:
    return page("about/status.html", found=current_status(), parts=PARTS)
