"""What exactly was done, in words: history keeps roles, permissions, days and ids."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from portal.base.access import Role, Visibility
from portal.base.history import What
from portal.base.words import LabelledEnum
from portal.cloud_partners.showing import step_told
from portal.partners.rules import deeds_of
from portal.web.formats import listing, number, text_date
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext

Details = Mapping[str, Any]


def particulars(what: What, details: Details, other: str | None) -> list[str]:
    """Short phrases, in their order. `other` is whoever else it concerned, by name.

    Events are as old as the log: what one of them does not say is left out.
    """
    told: list[str] = []
    for words in _WORDS.get(what, ()):
        told += words(details, other or "")
    return told


def _role(details: Details, _other: str) -> list[str]:
    before, after = (_label(Role, details.get(name)) for name in ("before", "role"))
    if before and after and before != after:
        return [_("Role: %(after)s, before %(before)s", after=after, before=before)]
    return [_("Role: %(role)s", role=after)] if after else []


def _sees(details: Details, _other: str) -> list[str]:
    before, after = (details.get("sees") or [None, None])[:2]
    sees, sites = _label(Visibility, after), details.get("sites") or []
    if sees and before != after:
        return [_("Sees: %(what)s", what=sees)]
    return [_("Other sites than before")] if len(sites) == 2 and sites[0] != sites[1] else []


def _permissions(details: Details, _other: str) -> list[str]:
    deeds = [_(deed) for deed in deeds_of(details.get("permissions") or ())]
    return [listing(deeds)] if deeds else []


def _where(details: Details, _other: str) -> list[str]:
    sites = details.get("sites")
    if sites is None:
        return [_("All sites")]
    return [ngettext("At %(num)s site only", "At %(num)s sites only", len(sites))]


def _last_day(details: Details, _other: str) -> list[str]:
    if not details.get("last_day"):
        return [_("No end date")]
    return [_("To and including %(day)s", day=text_date(date.fromisoformat(details["last_day"])))]


def _to(_details: Details, other: str) -> list[str]:
    return [_("To %(name)s", name=other)] if other else []


def _from_to(details: Details, _other: str) -> list[str]:
    before, after = (details.get("number") or [None, None])[:2]
    if before is None or after is None:
        return []
    return [_("From %(before)s to %(after)s", before=number(before), after=number(after))]


def _imported(details: Details, _other: str) -> list[str]:
    told = []
    if new := details.get("new"):
        told.append(ngettext("%(num)s new device", "%(num)s new devices", new))
    if changed := details.get("changed"):
        told.append(ngettext("%(num)s changed device", "%(num)s changed devices", changed))
    return told


def _seen_by_role(details: Details, _other: str) -> list[str]:
    pairs = [(_label(Role, role), _label(Visibility, sees)) for role, sees in details.items()]
    return [f"{role}: {sees}" for role, sees in pairs if role and sees]


def _domain(details: Details, _other: str) -> list[str]:
    return [str(details["domain"])] if details.get("domain") else []


def _factor(details: Details, _other: str) -> list[str]:
    names = {"passkey": _("Passkey"), "authenticator": _("Authenticator app")}
    return [names[details["kind"]]] if details.get("kind") in names else []


def _table(details: Details, _other: str) -> list[str]:
    told = [str(details["format"]).upper()] if details.get("format") else []
    narrowed = str(details.get("filters") or "")
    return [*told, _("Narrowed by %(filters)s", filters=narrowed)] if narrowed else told


def _door(details: Details, _other: str) -> list[str]:
    return [str(details["door"])] if details.get("door") else []


def _cloud(details: Details, _other: str) -> list[str]:
    return [step_told(details)]


def _label(kind: type[LabelledEnum], value: Any) -> str:
    try:
        return label(kind(value))
    except ValueError:
        return ""


Words = Callable[[Details, str], list[str]]
_ACCESS: tuple[Words, ...] = (_permissions, _where, _last_day)
_WORDS: dict[What, tuple[Words, ...]] = {
    What.ACCESS_ASKED: (_permissions,),
    What.ACCESS_CHANGED: _ACCESS,
    What.ACCESS_GIVEN: _ACCESS,
    What.ACCESS_RESTORED: (_role,),
    What.CLOUD_PARTNER_STEP: (_cloud,),
    What.COUNTED: (_from_to,),
    What.CREATED: (_role,),
    What.DOMAIN_PROVEN: (_domain,),
    What.DOMAIN_REMOVED: (_domain,),
    What.DOWNLOADED: (_table,),
    What.FACTOR_ADDED: (_factor,),
    What.FACTOR_REMOVED: (_factor,),
    What.HANDED_OVER: (_to,),
    What.IMPORTED: (_imported,),
    What.INVITED: (_role,),
    What.JOINED: (_role,),
    What.JOINED_BY_SIGN_IN: (_role,),
    What.REFUSED: (_door,),
    What.RIGHTS_CHANGED: (_role, _sees),
    What.ROLES_SEE: (_seen_by_role,),
}
