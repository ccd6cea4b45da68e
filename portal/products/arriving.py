"""What other features do when a device is registered: each says it here, so that this one need not
know of any."""

from collections.abc import Callable
from datetime import datetime

from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.products.models import Product

Deed = Callable[[ScopedSession, Product, Doer, datetime], None]
_DEEDS: list[Deed] = []


def when_registered(deed: Deed) -> Deed:
    _DEEDS.append(deed)
    return deed


def registered(session: ScopedSession, product: Product, *, by: Doer, now: datetime) -> None:
    for deed in _DEEDS:
        deed(session, product, by, now)
