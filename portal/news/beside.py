"""Following, on the pages of downloads: the model at hand, or one of the categories."""

from typing import Any

from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Model
from portal.catalogue.models import Category
from portal.downloads.beside import tells_of_downloads
from portal.news.queries import following, followings_of
from portal.web.guard import viewer


def of_model(session: ScopedSession, model: Model) -> dict[str, Any]:
    mine = session.scalars(following(viewer().id, model.id)).first()
    thing = reference("M", model.id)
    return {"thing": thing, "name": model.name, "followed": mine is not None}


def of_all(session: ScopedSession) -> list[tuple[Category, bool]]:
    mine = {it.category for it in session.scalars(followings_of(viewer().id))}
    return [(it, it in mine) for it in Category]


tells_of_downloads("news/_of_model.html", of_model, "news/_of_all.html", of_all)
