"""The link to where a replacement is, on its page: to be handed to whoever waits for it."""

from flask import current_app

from portal.base.clock import now
from portal.base.tenancy import ScopedSession
from portal.replacements.beside import tells_of_replacements
from portal.replacements.models import Replacement
from portal.replacements.tracking_links import can_be_tracked, tracking_path


def find(_session: ScopedSession, it: Replacement) -> str | None:
    if not can_be_tracked(it, now()):
        return None
    url: str = current_app.config["PORTAL_URL"]
    return url.rstrip("/") + tracking_path(current_app.config["SECRET_KEY"], it)


tells_of_replacements("tracking/_of_replacement.html", find)
