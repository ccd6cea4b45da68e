"""What there is to download: for one's own fleet first, by model, and each release by itself."""

from itertools import groupby
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference, reference
from portal.catalogue.models import Category
from portal.downloads.beside import told_of_all, told_of_model
from portal.downloads.fleet import OfModel, fleet_by_model, fleet_of, of_model
from portal.downloads.granting import why_not_document, why_not_release
from portal.downloads.here import asker, find_model, find_release, models_here, told_here
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import Fleet, Part, Refusal, Sort
from portal.downloads.search import LONGEST, look_for
from portal.downloads.values import Document, Release
from portal.downloads.wording import notes_in, refusal_sentence
from portal.web.guard import allow
from portal.web.limited import limited
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import SIZE
from portal.web.session import db
from portal.web.signing import signer

bp = Blueprint("downloads", __name__)
FOLDED = 10  # earlier versions on the page of a model; the rest are asked for


@bp.get("")
@allow(Permission.DOWNLOADS_VIEW)
@limited("search")
def index() -> ResponseReturnValue:
    told, models = told_here(), models_here()
    text = request.args.get("q", "").strip()[:LONGEST]
    if text:
        found = look_for(db(), text, told, models)
        news = ngettext("%(num)s match", "%(num)s matches", found.total)
        return _index(found=found, text=text, news=news)
    rows = fleet_by_model(db(), models, told)
    held, known = {row.model.id for row in rows}, told.models()
    start = _start(rows)
    others = [it for it in models if it.id in known - held]
    by_category = [
        (category, [it for it in others if it.category is category]) for category in Category
    ]
    software = [it for it in told.shelf.releases.values() if it.sort is Sort.SOFTWARE]
    return _index(
        rows=rows[start : start + SIZE],
        first=start == 0,
        following=reference("M", rows[start + SIZE - 1].model.id)
        if len(rows) > start + SIZE
        else "",
        others=[(category, its) for category, its in by_category if its],
        software=_newest_of_each([it for it in software if told.has(it)]),
        parts_beside=told_of_all(db()),
    )


def _start(rows: list[OfModel]) -> int:
    """Where the page of the fleet begins that `?after=` asks for: behind that model, as it stands
    in the order now."""
    after = read_reference("M", request.args.get("after", "")[:LONGEST])
    return next((at for at, row in enumerate(rows, 1) if row.model.id == after), 0)


@bp.get("/<ref>")
@allow(Permission.DOWNLOADS_VIEW)
def show(ref: str) -> ResponseReturnValue:
    model, told, models = find_model(ref), told_here(), models_here()
    releases = told.releases_of(model.id)
    who = asker()
    fleet = fleet_of(db(), model.id).get(model.id, Fleet({}))
    row = of_model(model, fleet, told)
    programs = _newest_of_each(told.releases_of(model.id, Sort.SOFTWARE))
    documents = told.documents_of(model.id)
    first = row.suggested or next(iter(releases), None)
    shown = [it for it in (first, *programs) if it]
    earlier, every = [it for it in releases if it is not first], "all" in request.args
    return page(
        "downloads/model.html",
        model=model,
        row=row,
        first=first,
        earlier=earlier if every else earlier[:FOLDED],
        further=0 if every else max(0, len(earlier) - FOLDED),
        newer=[it for it in releases if first and it.version_key > first.version_key],
        programs=programs,
        notes=notes_in(_notes(shown)),
        parts=Part,
        documents=_by_kind(documents),
        why={it.id: why_not_release(it, models, who) for it in (*releases, *programs)},
        why_document={it.id: why_not_document(it, models, who) for it in documents},
        says=refusal_sentence,
        Refusal=Refusal,
        signed=signer() is not None,
        lifecycle=_lifecycle(model),
        parts_beside=told_of_model(db(), model),
    )


@bp.get("/releases/<reference>")
@allow(Permission.DOWNLOADS_VIEW)
def release(reference: str) -> ResponseReturnValue:
    it, told, models = find_release(reference), told_here(), models_here()
    return page("downloads/release.html", **release_context(it, told, models))


def release_context(it: Release, told: Any, models: Any) -> dict[str, Any]:
    named = [model for model in models if model.id in it.models]
    return {
        "it": it,
        "models": named,
        "notes": notes_in(_notes([it])),
        "parts": Part,
        "why": {it.id: why_not_release(it, models, asker())},
        "says": refusal_sentence,
        "Refusal": Refusal,
        "way": told.way(it, it.models, ""),
        "signed": signer() is not None,
    }


def _index(**context: Any) -> ResponseReturnValue:
    shown: dict[str, Any] = {"found": None, "text": "", "rows": (), "others": (), "software": ()}
    return page("downloads/index.html", models=models_here(), **(shown | context))


def _newest_of_each(releases: list[Release]) -> list[Release]:
    """Of each program for each platform the newest that may be installed."""
    found: dict[tuple[str, Any], Release] = {}
    for it in sorted(releases, key=lambda it: (it.title, str(it.platform))):
        best = found.get((it.title, it.platform))
        if it.advised and (best is None or best.version_key < it.version_key):
            found[it.title, it.platform] = it
    return sorted(found.values(), key=lambda it: (it.title, str(it.platform)), reverse=False)


def _by_kind(documents: list[Document]) -> list[tuple[Any, list[list[Document]]]]:
    """By kind; of each title and language the newest first, and earlier ones after it."""
    return [
        (kind, [list(same) for _, same in groupby(its, key=lambda it: (it.title, it.language))])
        for kind, its in groupby(documents, key=lambda it: it.kind)
    ]


def _notes(releases: list[Release]) -> dict[int, dict[str, dict[str, str]]]:
    """Of those that are shown whole; they are not held in memory."""
    if not releases:
        return {}
    ask = select(SoftwareRelease.id, SoftwareRelease.notes).where(
        SoftwareRelease.id.in_([it.id for it in releases])
    )
    return {row.id: row.notes for row in db().execute(ask)}


def _lifecycle(model: Any) -> str:
    """What there is to say of how long the model is sold and serviced: `ended`, `ending` or ''."""
    today = clock.today()
    if model.end_of_service and model.end_of_service < today:
        return "ended"
    return "ending" if model.end_of_service or model.end_of_sale else ""
