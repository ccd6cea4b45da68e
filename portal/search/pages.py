"""Pages, deeds and help, found by what they are called: what whoever looks may open, and no more.

All of them are known beforehand, so that they are found in memory, with the same stems, letters and
synonyms as everything else.
"""

from dataclasses import dataclass
from functools import cache

from portal.about.routes import ARTICLES, HELP
from portal.about.texts import find_text
from portal.base.words import N_
from portal.catalogue.search import Words, forms_of
from portal.search.lines import Line
from portal.search.rules import distance
from portal.web.locale import gettext as _
from portal.web.locale import language
from portal.web.menus import ACCOUNT, DESK, FOOTER, PARTNER, PERSON, Entry
from portal.web.navigation import account_menu, across_menu, may_open, page_exists


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is done on a page of its own; `also` is what else people call it."""

    label: str
    path: str
    also: str = ""


# The most asked for first: those are offered before anything is typed.
DEEDS = (
    Deed(
        N_("Open a request"),
        "/service-requests/new",
        "case ny sak new report fault melde feil hjelp",
    ),
    Deed(N_("Replace a device"), "/replacements/new", "broken ødelagt retur"),
    Deed(N_("Register products"), "/products/registration", "add device legge til enhet"),
    Deed(N_("Import a device list"), "/products/import", "excel csv lens fil file"),
    Deed(N_("Register devices without serial numbers"), "/products/counts/new", "antall number"),
    Deed(N_("Activate a license"), "/licenses/activation", "key nøkkel kode code ny new lisens"),
    Deed(N_("Get spare parts"), "/replacements/parts", "reservedel kabel cable"),
    Deed(N_("Several requests at once"), "/service-requests/new/several", "opprett sak flere open"),
    Deed(N_("Invite user"), "/organization/users/new", "colleague kollega invitasjon add legg"),
    Deed(N_("Add a site"), "/organization/sites/new", "place address sted adresse"),
    Deed(N_("Give a partner access"), "/organization/partners/new", "reseller forhandler"),
    Deed(N_("What each role sees"), "/organization/users/visibility", "rights rettigheter"),
    Deed(N_("Included in your agreement"), "/licenses/entitlements", "lens premium poly+"),
    Deed(N_("Add a customer"), "/desk/accounts/new", "account kunde"),
    Deed(N_("Approve several"), "/desk/logistics/approvals", "replacements bytter"),
    Deed(N_("New known issue"), "/desk/known-issues/new", "bug feil"),
    Deed(N_("New incident"), "/desk/incidents/new", "outage status"),
    Deed(N_("Add model"), "/desk/catalogue/new", "product produkt"),
    Deed(N_("Add agreement"), "/desk/agreements/new", "contract kontrakt"),
    Deed(N_("New release"), "/desk/publish/releases/new", "firmware publish publisere"),
    Deed(N_("New document"), "/desk/publish/documents/new", "publish publisere datasheet"),
    Deed(N_("New standard answer"), "/desk/standard-answers/new", "macro makro"),
    Deed(N_("Add a partner"), "/desk/partners/new", "reseller forhandler"),
    Deed(N_("Add a colleague"), "/desk/staff/new", "staff ansatt"),
    Deed(N_("Ask a customer for access"), "/partner/requests/new", "grant fullmakt"),
    Deed(N_("Invite a colleague"), "/partner/users/new", "user bruker"),
    Deed(N_("Change password"), "/profile/security/password", "passord endre bytte nytt"),
    Deed(N_("Add a passkey"), "/profile/security/passkeys/new", "sign-in innlogging"),
    Deed(N_("Download my data"), "/profile/data", "personal privacy personvern"),
)
OFFERED = 6  # before anything is typed
_SECTIONS = (*DESK, *PARTNER, *ACCOUNT, *PERSON, *FOOTER, Entry(N_("Contact us"), "/contact"))


def deeds_found(text: str) -> list[Line]:
    """What may be done here and is called so; with no text, what is done most."""
    may = [it for it in DEEDS if may_open(it.path)]
    if not text:
        return [Line(_(it.label), it.path) for it in may[:OFFERED]]
    found = _deed_words(language()).matching(text)
    lines = [Line(_(it.label), it.path) for it in may if DEEDS.index(it) in found]
    return sorted(lines, key=lambda it: distance(text, it.label))


def pages_found(text: str) -> list[Line]:
    """Pages of the menus that are called so; with no text, the first of the main menu."""
    if not text:
        first = across_menu() or account_menu()
        return [Line(_(it.label), it.path) for it in first[:OFFERED]]
    entries = {it.path: it for it in _entries() if may_open(it.path)}
    found = _page_words(language()).matching(text)
    paths = {it.path for each, it in enumerate(_entries()) if each in found}
    lines = [Line(_(it.label), it.path) for it in entries.values() if it.path in paths]
    return sorted(lines, key=lambda it: distance(text, it.label))


def help_found(text: str) -> list[Line]:
    """Articles that are about it, by their titles, summaries and headings."""
    if not page_exists("/help"):
        return []
    found = _help_words(language()).matching(text)
    texts = [find_text(f"help/{ARTICLES[each]}", language()) for each in sorted(found)]
    lines = [
        Line(
            it.plain_title, f"/{it.name}", language=it.language if it.language != language() else ""
        )
        for it in texts
    ]
    return sorted(lines, key=lambda it: distance(text, it.label))


@cache
def _entries() -> tuple[Entry, ...]:
    return tuple(entry for each in _SECTIONS for entry in (each.below or (each,)))


@cache
def _deed_words(spoken: str) -> Words:
    return Words({each: _words(_(it.label), it.also) for each, it in enumerate(DEEDS)})


@cache
def _page_words(spoken: str) -> Words:
    return Words({each: _words(_(it.label)) for each, it in enumerate(_entries())})


@cache
def _help_words(spoken: str) -> Words:
    texts = [find_text(f"help/{name}", spoken) for name in ARTICLES]
    groups = {name: _(group) for group, names in HELP.items() for name in names}
    return Words(
        {
            each: _words(
                it.plain_title, it.summary, groups[name], *(part.title for part in it.sections)
            )
            for each, (name, it) in enumerate(zip(ARTICLES, texts, strict=True))
        }
    )


def _words(*texts: str) -> frozenset[str]:
    return frozenset(form for text in texts for forms in forms_of(text) for form in forms)
