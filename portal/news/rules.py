"""What is news of a release or a document, and when whoever follows several things hears of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from portal.base.words import N_, LabelledEnum
from portal.catalogue.catalogue import Model
from portal.downloads.rules import Channel, Standing
from portal.downloads.values import Document, Release
from portal.notices.notice import How

OFFERED = (How.AT_ONCE, How.WEEKLY)
MOST_ENTRIES = 50  # of a feed


def is_news(it: Release | Document) -> bool:
    """Whether there is something to have: not what was withdrawn, or is not to be installed."""
    if isinstance(it, Document):
        return it.published_at is not None and it.file is not None and not it.file.held
    handed_out = any(gone is None for gone in it.channels.values())
    in_portal = Channel.PORTAL not in it.channels or not it.withdrawn
    return it.standing is Standing.CURRENT and handed_out and in_portal


def out_since(it: Release | Document) -> datetime | None:
    """Since when customers can be told of it."""
    if isinstance(it, Release) and it.opens_at and it.published_at:
        return max(it.opens_at, it.published_at)
    return it.published_at


def changed_since(it: Release | Document) -> datetime | None:
    """When it was last changed, or came out after that."""
    moments = [each for each in (out_since(it), it.changed_at) if each]
    return max(moments, default=None)


def soonest(hows: Iterable[How | None]) -> How | None:
    """Of several things followed that something is about, the one that tells soonest. None is
    as the person chose for everything."""
    found = list(hows)
    if How.AT_ONCE in found:
        return How.AT_ONCE
    return None if None in found else How.WEEKLY


class End(LabelledEnum):
    """What ends for a model on a day, which is the last one."""

    SALE = "sale", N_("Last day of sale")
    SERVICE = "service", N_("Last day of service")


@dataclass(frozen=True, slots=True)
class Ending:
    day: date
    end: End
    model: Model


def endings_of(models: Iterable[Model], among: Collection[int]) -> list[Ending]:
    """The last days of these models, the earliest first."""
    found = []
    for model in models:
        if model.id in among:
            days = ((model.end_of_sale, End.SALE), (model.end_of_service, End.SERVICE))
            found += [Ending(day, end, model) for day, end in days if day]
    return sorted(found, key=lambda it: (it.day, it.end is End.SERVICE, it.model.name))
