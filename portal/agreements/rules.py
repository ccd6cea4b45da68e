"""Is this one covered? One rule answers, on plain values, wherever it is asked."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from portal.base.words import N_, LabelledEnum
from portal.catalogue.models import Category


class Reason(LabelledEnum):
    """Why a model is or is not covered on a day."""

    COVERED = "covered", N_("Covered")
    NOT_IN_FORCE = "not_in_force", N_("Not covered yet")
    CATEGORY = "category", N_("Category is not in the agreement")
    QUOTE_ONLY = "quote_only", N_("Covered by quote only")
    SERVICE_ENDED = "service_ended", N_("Service has ended")
    AGREEMENT_ENDED = "agreement_ended", N_("Agreement has ended")
    NO_AGREEMENT = "no_agreement", N_("No agreement")


class Coverable(Protocol):
    """What the rule needs to know of a model."""

    @property
    def id(self) -> int: ...
    @property
    def category(self) -> Category: ...
    @property
    def end_of_service(self) -> date | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the rule needs to know of an agreement. Both days are covered."""

    account_id: int
    number: str
    starts_on: date
    ends_on: date
    categories: frozenset[Category]
    models: frozenset[int] = frozenset()  # those that have a line of their own

    def include(self, model: Coverable) -> bool:
        by_category = model.category is not Category.QUOTE_ONLY
        return model.id in self.models or (by_category and model.category in self.categories)

    def in_force(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The answer, with what is needed to say why."""

    reason: Reason
    agreement: str | None = None  # the number of the one that decides
    category: Category | None = None
    since: date | None = None  # the first day it is covered
    until: date | None = None  # the last day it is, or was, covered
    service_ends: bool = False  # whether it is the model's service that sets `until`

    @property
    def covered(self) -> bool:
        return self.reason is Reason.COVERED


def coverage(model: Coverable, agreements: Iterable[Terms], day: date) -> Coverage:
    """Whether an account's agreements cover a model on a day, and why.

    A model past its end of service is never covered. Otherwise one agreement that is in force and
    includes the model is enough; of several, the one that covers it longest is named, and `until`
    is its last day (or the model's): a renewal that follows is named when it has begun. When none
    covers it, the reason is the one that says most: an agreement that will; else one in force that
    leaves it out; else one that did until it ended; else that there is none.
    """
    end_of_service = model.end_of_service
    if end_of_service is not None and end_of_service < day:
        return Coverage(reason=Reason.SERVICE_ENDED, until=end_of_service)
    agreements = list(agreements)
    including = [terms for terms in agreements if terms.include(model)]
    if covering := [terms for terms in including if terms.in_force(day)]:
        return _covered(max(covering, key=_reach), model)
    # One that begins when the model is no longer serviced will never cover it.
    if coming := [
        terms
        for terms in including
        if day < terms.starts_on and (end_of_service is None or terms.starts_on <= end_of_service)
    ]:
        first = min(coming, key=lambda terms: (terms.starts_on, terms.number))
        return Coverage(reason=Reason.NOT_IN_FORCE, agreement=first.number, since=first.starts_on)
    if in_force := [terms for terms in agreements if terms.in_force(day)]:
        quoted = model.category is Category.QUOTE_ONLY
        return Coverage(
            reason=Reason.QUOTE_ONLY if quoted else Reason.CATEGORY,
            agreement=max(in_force, key=_reach).number,
            category=model.category,
        )
    if ended := [terms for terms in including if terms.ends_on < day]:
        last = max(ended, key=_reach)
        return Coverage(reason=Reason.AGREEMENT_ENDED, agreement=last.number, until=last.ends_on)
    return Coverage(reason=Reason.NO_AGREEMENT)


def coverage_of(
    models: Iterable[Coverable], agreements: Collection[Terms], day: date
) -> dict[int, Coverage]:
    """The answer for each model by its id: lists ask once a model, not once a row."""
    return {model.id: coverage(model, agreements, day) for model in models}


def covered_models(
    models: Iterable[Coverable], agreements: Collection[Terms], day: date
) -> set[int]:
    """The ids of the models that are covered on a day, to filter lists by."""
    return {model.id for model in models if coverage(model, agreements, day).covered}


def _covered(terms: Terms, model: Coverable) -> Coverage:
    service_ends = model.end_of_service is not None and model.end_of_service < terms.ends_on
    return Coverage(
        reason=Reason.COVERED,
        agreement=terms.number,
        category=model.category,
        since=terms.starts_on,
        until=model.end_of_service if service_ends else terms.ends_on,
        service_ends=service_ends,
    )


def _reach(terms: Terms) -> tuple[date, date, str]:
    return terms.ends_on, terms.starts_on, terms.number
