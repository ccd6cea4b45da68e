"""What must be done, as sentences with a way to do it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from portal.agreements.rules import Terms
from portal.base.access import Permission
from portal.base.references import reference
from portal.cloud_partners.ending import ending_line
from portal.overview.rules import WARNED, covered_through
from portal.partners.models import AccessRequest
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
    imports: Sequence[ProductImport],
    agreements: Sequence[Terms],
    *,
    unserviced: int,
    asked: Iterable[AccessRequest] = (),
    waiting: Iterable[tuple[int, str]] = (),
    ending: Iterable[tuple[int, date]] = (),
    licenses: int = 0,
    unread: int = 0,
    orders: int = 0,
    today: date,
) -> list[Task]:
    found = [*(_waiting(*each) for each in waiting), *(_ending(*each, today) for each in ending)]
    found += [*_agreement(agreements, today), *map(_request, asked), *_imports(imports)]
    if orders:
        found.insert(0, _orders(orders))
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
    if licenses:
        words = ngettext(
            "%(num)s license expires within 90 days.",
            "%(num)s licenses expire within 90 days.",
            licenses,
        )
        found.append(Task(words, "/licenses?status=expiring&sort=ends", _("See which")))
    if unread:
        words = ngettext("%(num)s unread notice", "%(num)s unread notices", unread)
        found.append(Task(words, "/notices", _("Read")))
    return found


def _waiting(request_id: int, subject: str) -> Task:
    href = f"/service-requests/{reference('SR', request_id)}"
    return Task(_("We wait for your answer: %(subject)s", subject=subject), href, _("Answer"), True)


def _orders(many: int) -> Task:
    told = ngettext(
        "%(num)s employee waits for a new device to be approved.",
        "%(num)s employees wait for new devices to be approved.",
        many,
    )
    return Task(told, "/replacements?stage=requested", _("See which"), urgent=True)


def _ending(request_id: int, until: date, today: date) -> Task:
    line = ending_line(request_id, until, today)
    return Task(line.text, line.href, line.deed, urgent=True)


def first_steps(*, sites: int) -> list[Step]:
    found = [
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
    ]
    if viewer().sees_every_site:
        hint = _("Then you see what is where, and parcels find their way.")
        found.append(Step(_("Add your sites"), hint, "/organization/sites", done=bool(sites)))
    return found


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


def _request(asked: AccessRequest) -> Task:
    return Task(
        _("%(partner)s asks for access.", partner=asked.partner.name),
        f"/organization/partners/requests/{asked.reference}",
        _("See what they ask for"),
    )


def _imports(imports: Sequence[ProductImport]) -> list[Task]:
    """One by itself; of several only how many, so that they push nothing else away."""
    if len(imports) < 2:
        return list(map(_import, imports))
    told = ngettext(
        "%(num)s device list waits for you to register the devices, or discard it.",
        "%(num)s device lists wait for you to register the devices, or discard them.",
        len(imports),
    )
    return [Task(told, "/products/import#imports", _("See the lists"))]


def _import(it: ProductImport) -> Task:
    href = f"/products/import/{it.reference}"
    if it.status is ImportStatus.COLUMNS:
        told = _("“%(file)s” has columns that you must name.", file=it.name)
        return Task(told, href, _("Name the columns"))
    told = _("“%(file)s” is checked and waits for you to register the devices.", file=it.name)
    return Task(told, href, _("Look at the result"))


def may_change() -> bool:
    return viewer().may(Permission.PRODUCTS_CHANGE)
