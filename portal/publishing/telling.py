"""What was done to a release or a document, in words."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base.references import reference
from portal.catalogue.catalogue import Catalogue
from portal.desk.history import Change, Told, each, in_words, plain, told, yes_or_no
from portal.desk.history import day as day_of
from portal.desk.known_issues_words import beginning
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import (
    RELEASE_PREFIX,
    Audience,
    Channel,
    DocumentKind,
    Part,
    Platform,
    Sort,
    Standing,
)
from portal.downloads.wording import language_name
from portal.publishing.facts import changes, facts_of
from portal.publishing.widening import with_change
from portal.web.formats import date_and_time
from portal.web.locale import gettext as _
from portal.web.locale import label


def document_history(session: Session, it: Any, models: Catalogue) -> list[Told]:
    return told(
        session,
        it,
        {
            "kind": (_("Kind"), _member(DocumentKind)),
            "title": (_("Title"), plain),
            "language": (_("Language"), language_name),
            "version": (_("Version"), plain),
            "part_number": (_("Part number"), plain),
            "issued_on": (_("Date"), day_of),
            "audience": (_("For whom"), _member(Audience)),
            "models": (_("Models"), _names(models)),
            "file": (_("File"), plain),
        },
    )


def release_history(session: Session, it: Any, models: Catalogue) -> list[Told]:
    return told(session, it, _words(models))


def waiting_in_words(session: Session, it: SoftwareRelease, models: Catalogue) -> list[Change]:
    """What would change if what waits were put in force now."""
    before = facts_of(it)
    after = with_change(before, it.proposed_change or {})
    ids = {*before.pilots, *after.pilots}
    rows = (
        session.execute(select(Account.id, Account.name).where(Account.id.in_(ids))) if ids else ()
    )
    names = {row.id: row.name for row in rows}

    def pilots(those: list[int]) -> str:
        return each([names.get(id, "–") for id in those]) if those else _("Open to everyone")

    words = _words(models) | {"pilots": (_("Pilot customers"), pilots)}
    return in_words(changes(before, after), words)


def _words(models: Catalogue) -> dict[str, Any]:
    def notes(before: Any, after: Any) -> list[tuple[str, str, str]]:
        found = []
        for part in Part:
            old, new = before.get(part.value, {}), after.get(part.value, {})
            codes = [code for code in {**old, **new} if old.get(code) != new.get(code)]
            for code in codes:
                what = f"{label(part)} ({code})"
                found.append((what, beginning(old.get(code, "")), beginning(new.get(code, ""))))
        return found

    return {
        "sort": (_("Kind"), _member(Sort)),
        "title": (_("Name of the software"), plain),
        "platform": (_("Platform"), _member(Platform)),
        "printed": (_("Version"), plain),
        "train": (_("Release train"), plain),
        "released_on": (_("Released"), day_of),
        "models": (_("Models"), _names(models)),
        "channels": (_("Channels"), lambda value: each([label(Channel(it)) for it in value])),
        "notes": notes,
        "security": (_("Security fix"), yes_or_no),
        "audience": (_("For whom"), _member(Audience)),
        "opens_at": (_("Day it goes live"), _moment),
        "pilots": (_("Pilot customers"), lambda value: plain(len(value) or "")),
        "predecessor_id": (_("Must be installed first"), _release),
        "steps_nb": (_("How to install it, in Norwegian"), beginning),
        "steps_en": (_("How to install it, in English"), beginning),
        "standing": (_("What customers are told of it"), _member(Standing)),
        "file": (_("File"), plain),
    }


def _moment(text: str | None) -> str:
    return date_and_time(datetime.fromisoformat(text)) if text else "–"


def _release(id: int | None) -> str:
    return reference(RELEASE_PREFIX, id) if id else "–"


def _names(models: Catalogue) -> Any:
    return lambda ids: each([model.name for model in models if model.id in ids])


def _member(kind: Any) -> Any:
    return lambda value: label(kind(value)) if value else "–"
