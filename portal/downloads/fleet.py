"""What an account runs: per model how many of which version, and what there is to do about it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from portal.base.tenancy import ScopedSession
from portal.base.text import version_key
from portal.catalogue.catalogue import Catalogue, Model
from portal.downloads.rules import Fleet
from portal.downloads.shelf import Told
from portal.downloads.values import Release
from portal.downloads.way import Way
from portal.products.models import Product, ProductCount, ProductStatus


@dataclass(frozen=True, slots=True)
class OfModel:
    """The devices of one model, the version that is suggested, and the way there."""

    model: Model
    fleet: Fleet
    suggested: Release | None
    way: Way[Release]  # from the oldest version that runs to the suggested one
    blocked: Mapping[str, int]  # the versions that run and nobody should have, on so many devices

    @property
    def behind(self) -> int:
        return self.fleet.behind(self.suggested)

    @property
    def in_danger(self) -> int:
        return sum(self.blocked.values())


def installed(model_id: int | None = None) -> Select[Any]:
    """The versions that run, and on how many devices each."""
    query: Any = (
        select(Product.model_id, Product.installed_version, func.count(Product.id))
        .where(Product.status == ProductStatus.ACTIVE)
        .group_by(Product.model_id, Product.installed_version)
    )
    found: Select[Any] = query.where(Product.model_id == model_id) if model_id else query
    return found


def counted(model_id: int | None = None) -> Select[Any]:
    """Devices registered by count, of which nobody knows what they run."""
    query: Any = select(ProductCount.model_id, func.sum(ProductCount.number)).group_by(
        ProductCount.model_id
    )
    found: Select[Any] = query.where(ProductCount.model_id == model_id) if model_id else query
    return found


def fleet_of(session: ScopedSession, model_id: int | None = None) -> dict[int, Fleet]:
    """By model what runs on the devices that the viewer sees."""
    versions: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for model, version, number in session.execute(installed(model_id)):
        versions[model][version.strip()] += number
    for model, number in session.execute(counted(model_id)):
        versions[model][""] += number
    return {model: Fleet(dict(found)) for model, found in versions.items()}


def of_model(model: Model, fleet: Fleet, told: Told) -> OfModel:
    suggested = told.suggested(model.id)
    blocked = told.blocked(model.id)
    runs = {
        it: count
        for it, count in (fleet.installed.items() if blocked else ())
        if version_key(it) in blocked
    }
    if suggested is None:
        return OfModel(model, fleet, None, Way(()), runs)
    oldest = fleet.oldest() if fleet.behind(suggested) else suggested.version
    return OfModel(model, fleet, suggested, told.way(suggested, [model.id], oldest), runs)


def fleet_by_model(session: ScopedSession, models: Catalogue, told: Told) -> list[OfModel]:
    """What has to be done comes first, and then by name."""
    fleet = fleet_of(session)
    rows = [of_model(it, fleet[it.id], told) for it in models if it.id in fleet]
    return sorted(rows, key=lambda it: (it.in_danger == 0, it.behind == 0))
