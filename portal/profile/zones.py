"""Time zones by the names of places, as the reader's language calls them."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location

from portal.base import clock
from portal.base.text import sort_key
from portal.profile.rules import HOME, ZONES
from portal.web.locale import gettext, language


def zone_choices() -> list[tuple[str, str]]:
    """Norway first, then by name: what the clock there is beside the world's stands with each."""
    now = clock.now()
    first = [HOME]
    rest = sorted(set(ZONES) - {HOME}, key=lambda zone: sort_key(city(language(), zone)))
    return [(zone, f"{city(language(), zone)} ({_offset(zone, now)})") for zone in first + rest]


@lru_cache(maxsize=512)
def city(spoken: str, zone: str) -> str:
    """The place that a time zone is named after."""
    if zone == "Atlantic/Faroe":  # which the tables of names leave in English
        return gettext("Faroe Islands")
    told: str = get_timezone_location(zone, locale=Locale.parse(spoken), return_city=True)
    return told


def _offset(zone: str, now: datetime) -> str:
    """UTC+1, UTC+5:30; west of Greenwich with a real minus."""
    minutes = int((now.astimezone(ZoneInfo(zone)).utcoffset() or now - now).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "\N{MINUS SIGN}" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
