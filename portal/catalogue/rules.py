"""How names and part numbers of models are read, and how far a model's life has come."""

import re
from datetime import date

from portal.base.words import N_, LabelledEnum


class Lifecycle(LabelledEnum):
    """Where a model is between its first sale and the day it can no longer be covered."""

    SOLD = "sold", N_("On sale")
    SERVICED = "serviced", N_("No longer sold")
    ENDED = "ended", N_("Service has ended")


def lifecycle(end_of_sale: date | None, end_of_service: date | None, today: date) -> Lifecycle:
    """Both dates are the last day on which it still is so; None is not decided."""
    if end_of_service and end_of_service < today:
        return Lifecycle.ENDED
    if end_of_sale and end_of_sale < today:
        return Lifecycle.SERVICED
    return Lifecycle.SOLD


def fold_name(name: str) -> str:
    """What makes two names one: not case, blanks or dashes. The + of a Free 60+ does count."""
    return re.sub(r"[\s\-_\N{EN DASH}]+", "", name.casefold())
