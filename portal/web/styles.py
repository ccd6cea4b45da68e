"""What tells one language's hand from another's: names, points and the order of things.

Babel knows the names of months and days. They are fetched once per language: to ask it for every
date of a list would cost as much as the rest of the page.
"""

from babel import Locale

from portal.web.spoken import language

NO_BREAK = "\N{NO-BREAK SPACE}"
DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


class Norwegian:
    """Bokmål and nynorsk differ in names only."""

    day, ordinal = "{0:%d.%m.%Y}", "{}."
    time, clock, at = "kl. {}", "%H.%M", " "
    through = DASH  # between days of different months
    signs = str.maketrans({",": NO_BREAK, ".": ",", "-": MINUS})
    money, kroner, percent = f"{{0}}{NO_BREAK}{{1}}", "kr", f"{{}}{NO_BREAK}%"

    def __init__(self, locale: Locale) -> None:
        self.months = dict(locale.months["format"]["wide"])
        self.short_months = dict(locale.months["format"]["abbreviated"])
        self.weekdays = dict(locale.days["format"]["wide"])


class English(Norwegian):
    day, ordinal = "{0.day} {1} {0.year}", "{}"
    time, clock, at = "{}", "%H:%M", " at "
    through = f" {DASH} "
    signs = str.maketrans({"-": MINUS})
    money, kroner, percent = f"{{1}}{NO_BREAK}{{0}}", "NOK", "{}%"


_STYLES = {
    "nb": Norwegian(Locale("nb")),
    "nn": Norwegian(Locale("nn")),
    "en": English(Locale("en", "GB")),
}


def style() -> Norwegian:
    return _STYLES[language()]


def whole(number: int) -> str:
    """1 234, as all numbers are grouped."""
    return f"{number:,}".translate(style().signs)
