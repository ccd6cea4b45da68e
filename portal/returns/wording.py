"""What is said of deadlines beside the day itself."""

from datetime import date

from portal.web.formats import weekday_date
from portal.web.locale import gettext as _


def moved_sentence(asked: date, until: date) -> str:
    """Why it is another day than was asked for; empty where it is that day."""
    if asked == until:
        return ""
    days = {"asked": weekday_date(asked), "day": weekday_date(until)}
    return _("%(asked)s is no working day, so it is until %(day)s.", **days)
