"""What the frame around every page needs to know."""

import re
from datetime import datetime
from typing import Any

from flask import Flask, g, request

from portal.base import clock
from portal.web.guard import viewer
from portal.web.locale import gettext as _

_MAC = re.compile("Mac|iP(hone|ad)")
THEMES = ("auto", "light", "dark")


def theme() -> str:
    """Profile, else cookie, else as the system has it: settled before anything is painted."""
    wish = getattr(viewer(), "theme", None) or request.cookies.get("theme")
    return wish if wish in THEMES else "auto"


def seconds_left() -> int | None:
    """How long the sign-in lasts if nothing more is done; None when nobody is signed in."""
    who = viewer()
    if not who.is_authenticated or not hasattr(who, "ends"):
        return None
    now = clock.now()
    ends_at: datetime = who.ends(now)
    return max(0, int((ends_at - now).total_seconds()))


def seconds_at_most() -> int:
    """How long it lasts whatever is done. Nothing puts that end off."""
    who: Any = viewer()
    ends_at: datetime = who.ends_at
    return max(0, int((ends_at - clock.now()).total_seconds()))


def here() -> str:
    """The page at hand, to come back to when the language or the theme was chosen."""
    if request.method not in {"GET", "HEAD"}:
        return request.path
    query = request.query_string.decode("ascii", "ignore")
    return f"{request.path}?{query}" if query else request.path


def came_back(files: list[str]) -> None:
    """A form on this page holds what was typed before a sign-in ended. The files that were chosen
    have to be chosen anew."""
    g.came_back = {"files": files}


def script_words() -> dict[str, str]:
    """What `portal.js` says, in the reader's language."""
    return {
        "copied": _("Copied"),
        "loading": _("Loading …"),
        "failed": _("We could not reach the service. What you have typed is still in the form."),
        "retry": _("Try again"),
        "dropped": _("Chosen file: %(name)s"),
        "picked": _("%(num)s picked"),
        "nonePicked": _("None picked"),
        "endsTitle": _("You will soon be signed out"),
        "endsText": _("Nothing has been done for a while. What you have typed stays on the page."),
        "endsForGood": _("You have been signed in as long as is allowed. Save what you write now."),
        "stay": _("Keep me signed in"),
        "leave": _("Sign out"),
        "close": _("Close"),
    }


def search_path() -> str:
    """Where whoever looks searches over everything."""
    start = {"partner": "/partner/search", "staff": "/desk/search"}.get(viewer().kind, "/search")
    return "/search" if viewer().account and viewer().kind != "staff" else start


def quick_keys() -> str:
    """The keys that open the quick search, as they are called on the keyboard at hand."""
    return "⌘ K" if _MAC.search(request.user_agent.string) else "Ctrl K"


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        theme=theme,
        seconds_left=seconds_left,
        seconds_at_most=seconds_at_most,
        here=here,
        script_words=script_words,
        search_path=search_path,
        quick_keys=quick_keys,
        today=clock.today,
        what_came_back=lambda: g.get("came_back"),
    )
