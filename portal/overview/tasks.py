"""What must be done, as sentences with a way to do it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from portal.agreements.rules import Terms
from portal.base.access import Permission
from portal.overview.rules import WARNED, covered_through
from portal.product_imports.models import ImportStatus, ProductImport
from portal.web.formats import text_date
from portal.web.guard import viewer
from portal.web.locale import gettext as _
from portal.web.locale import ngettext


@dataclass(frozen=True, slots=True)
class Task:
    text: str
    href: str = ""
    deed: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first things to do in an account that is empty."""

    text: str
    hint: str
    href: str
    done: bool = False


def tasks(
    imports: Iterable[ProductImport],
    agreements: Sequence[Terms],
    *,
    unserviced: int,
    today: date,
) -> list[Task]:
    found = [*_agreement(agreements, today), *(_import(it) for it in imports)]
    if unserviced:
        found.append(
            Task(
                ngettext(
                    "%(num)s device is of a model that no longer gets service.",
                    "%(num)s devices are of models that no longer get service.",
                    unserviced,
                ),
                "/products?lifecycle=ended",
                _("See which"),
            )
        )
    return found


def first_steps(*, sites: int) -> list[Step]:
    return [
        Step(
            _("Import a device list"),
            _("A file from your inventory or from Poly Lens, with all devices at once."),
            "/products/import",
        ),
        Step(
            _("Register devices one by one"),
            _("By serial number, by count, or with the camera of your phone."),
            "/products/registration",
        ),
        Step(
            _("Add your sites"),
            _("Then you see what is where, and parcels find their way."),
            "/organization/sites",
            done=bool(sites),
        ),
    ]


def _agreement(agreements: Sequence[Terms], today: date) -> list[Task]:
    last = covered_through(agreements, today)
    if last is None:
        coming = [terms.starts_on for terms in agreements if terms.starts_on > today]
        if coming:
            day = text_date(min(coming))
            return [Task(_("Your service agreement is in force from %(day)s.", day=day))]
        return [Task(_("You have no service agreement in force."), urgent=True)]
    if last - today <= WARNED:
        told = _("Your service agreement ends on %(day)s.", day=text_date(last))
        return [Task(told, urgent=True)]
    return []


def _import(it: ProductImport) -> Task:
    href = f"/products/import/{it.reference}"
    if it.status is ImportStatus.COLUMNS:
        told = _("“%(file)s” has columns that you must name.", file=it.name)
        return Task(told, href, _("Name the columns"))
    told = _("“%(file)s” is checked and waits for you to register the devices.", file=it.name)
    return Task(told, href, _("Look at the result"))


def may_change() -> bool:
    return viewer().may(Permission.PRODUCTS_CHANGE)
