"""What is said of deadlines beside the day itself."""

from datetime import date

from portal.web.formats import weekday_date
from portal.web.locale import gettext as _


def moved_sentence(asked: date, until: date, *, asks: bool) -> str:
    """Why it is another day than was asked for, or granted; empty where it is that day."""
    if asked == until:
        return ""
    days = {"asked": weekday_date(asked), "day": weekday_date(until)}
    if asks:
        return _("You have asked for time until %(day)s, as %(asked)s is no working day.", **days)
    return _("It is until %(day)s, as %(asked)s is no working day.", **days)
