"""The page of what somebody follows."""

from typing import Any

from flask import Response, current_app, request, url_for

from portal.base.references import reference
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.catalogue.models import Category
from portal.news.links import news_token
from portal.news.queries import What, followings_of, link_of
from portal.news.rules import OFFERED
from portal.notices.actions import saved
from portal.notices.notice import How, Notice
from portal.web.guard import viewer
from portal.web.locale import label
from portal.web.pages import page
from portal.web.session import db

LONGEST, MOST = 80, 12


def show_followed(status: int = 200, form: Any = None) -> Response:
    models, mine = catalogue_of(db()), db().scalars(followings_of(viewer().id)).all()
    by_mail, _here = saved(db(), viewer().id)[Notice.NEWS_FOLLOWED]
    text = request.args.get("q", "").strip()[:LONGEST]
    return page(
        "news/index.html",
        status,
        form=form,
        rows=_rows(models, mine, by_mail),
        stopped=by_mail is How.NEVER,
        text=text,
        found=_found(models, text) if text else None,
        followed={word_of(it.category or it.model_id or 0) for it in mine},
        categories=[(it.value, label(it)) for it in Category],
        offered=[(it.value, label(it)) for it in OFFERED],
        **_link(),
    )


def _rows(models: Catalogue, mine: Any, by_mail: How) -> list[dict[str, Any]]:
    """Categories first, then models by name."""
    rows = []
    for it in mine:
        model = models.get(it.model_id)
        if model or it.category:
            chosen = it.how or (How.AT_ONCE if by_mail is How.NEVER else by_mail)
            row = {"how": chosen.value, "since": it.since, "kind": model.kind if model else None}
            name = model.name if model else label(it.category)
            rows.append(
                row
                | {
                    "thing": word_of(it.category or it.model_id or 0),
                    "name": name,
                    "model": model is not None,
                }
            )
    return sorted(rows, key=lambda row: (row["model"], row["name"].casefold()))


def _found(models: Catalogue, text: str) -> list[dict[str, Any]]:
    ids = models.matching(text)
    if exact := models.with_part_number(text):
        ids = ids | {exact.id}
    found = [it for it in models if it.id in ids]
    return [{"thing": word_of(it.id), "name": it.name, "kind": it.kind} for it in found[:MOST]]


def _link() -> dict[str, Any]:
    link = db().scalars(link_of(viewer().id)).one_or_none()
    shown: dict[str, Any] = {"generation": link.generation if link else 0, "link": link}
    if link and link.active:
        token = news_token(current_app.config["SECRET_KEY"], link.user_id, link.generation)
        site = current_app.config["PORTAL_URL"].rstrip("/")
        shown["feed_url"] = site + url_for("news_feeds.feed", token=token)
        shown["calendar_url"] = site + url_for("news_feeds.calendar", token=token)
    return shown


def word_of(thing: What) -> str:
    return thing.value if isinstance(thing, Category) else reference("M", thing)


def called(thing: What) -> str:
    return label(thing) if isinstance(thing, Category) else catalogue_of(db())[thing].name
