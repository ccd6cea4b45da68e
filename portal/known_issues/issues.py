"""All known issues, in the memory of each process. What staff remark among themselves is not there.

They are few (thousands at most), the same for everyone, and change some times a day.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.bilingual import Bilingual
from portal.base.held import Held
from portal.base.references import reference
from portal.base.text import identifier
from portal.catalogue.catalogue import Catalogue, Model, catalogue_of
from portal.catalogue.models import Category, ProductModel
from portal.known_issues.models import KnownIssue, KnownIssueModel
from portal.known_issues.rules import Standing, State, standing
from portal.known_issues.search import Index, named_by, words_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A known issue as pages need it: plain values, shared by everyone, changed by nobody."""

    id: int
    title: Bilingual
    description: Bilingual
    workaround: Bilingual
    category: Category | None
    models: frozenset[int]
    affected_from: str
    affected_to: str
    fixed_in: str
    state: State
    changed_at: datetime
    published_at: datetime | None

    @property
    def reference(self) -> str:
        return reference("KI", self.id)

    def concerns(self, model: Model) -> bool:
        return model.id in self.models or model.category == self.category

    def standing(self, installed: str) -> Standing:
        """What it is to a device of a model it concerns, which runs this version."""
        since, until = self.affected_from, self.affected_to
        return standing(installed, since=since, until=until, fixed_in=self.fixed_in)


class Issues:
    """The newest first, and the ways to find one."""

    def __init__(self, issues: Iterable[Issue], models: Catalogue) -> None:
        self.all = tuple(issues)
        self.published = tuple(each for each in self.all if each.published_at)
        self._by_id = {each.id: each for each in self.all}
        self._models = models

    def get(self, issue_id: int | None) -> Issue | None:
        return self._by_id.get(issue_id or 0)

    def of_model(self, model: Model) -> list[Issue]:
        """What customers are told about a model."""
        return [each for each in self.published if each.concerns(model)]

    def matching(self, text: str) -> set[int]:
        """Those that every word of this text points to; none when it has no words."""
        return self._index.matching(text)

    def like(self, text: str, model: Model | None = None, *, most: int = 3) -> list[Issue]:
        """The published ones that somebody may mean who writes this, the likest first."""
        among = self.of_model(model) if model else self.published
        ids = self._index.like(text, {it.id for it in among}, enough=1 if model else 2)
        return [self._by_id[each] for each in ids[:most]]

    @cached_property
    def _index(self) -> Index:
        words, besides = {}, {}
        for it in self.all:
            told = (it.title, it.description, it.workaround)
            words[it.id] = frozenset().union(
                *(words_in(text) for each in told for text in (each.nb, each.en))
            )
            models = (model for each in it.models if (model := self._models.get(each)))
            number = identifier(it.reference).lower()
            besides[it.id] = named_by((it.title.nb, it.title.en), models) | {number}
        return Index(words, besides)


def issues_of(session: Session) -> Issues:
    """All known issues, from memory when it can be."""
    return ISSUES.of(session)


def known_issues_like(
    session: Session, text: str, model_id: int | None = None, *, most: int = 3
) -> list[Issue]:
    """What to suggest to somebody who writes this, about this model if they have named one."""
    model = catalogue_of(session).get(model_id)
    return issues_of(session).like(text, model, most=most)


def _read(session: Session) -> Issues:
    models: dict[int, set[int]] = defaultdict(set)
    concerned = select(KnownIssueModel.known_issue_id, KnownIssueModel.model_id)
    for issue_id, model_id in session.execute(concerned):
        models[issue_id].add(model_id)
    rows = session.execute(select(*_COLUMNS).order_by(KnownIssue.id.desc()))
    return Issues((_issue(row, frozenset(models[row.id])) for row in rows), catalogue_of(session))


def _issue(row: Any, models: frozenset[int]) -> Issue:
    return Issue(
        title=Bilingual(row.title_nb, row.title_en),
        description=Bilingual(row.description_nb, row.description_en),
        workaround=Bilingual(row.workaround_nb, row.workaround_en),
        models=models,
        **{name: getattr(row, name) for name in _PLAIN},
    )


_PLAIN = (
    *("id", "category", "affected_from", "affected_to", "fixed_in", "state"),
    *("changed_at", "published_at"),
)
_WRITTEN = [
    f"{text}_{it}" for text in ("title", "description", "workaround") for it in ("nb", "en")
]
_COLUMNS = [getattr(KnownIssue, name) for name in (*_PLAIN, *_WRITTEN)]
# Models as well: an issue is found by their names.
ISSUES = Held("known_issues", _read, KnownIssue, KnownIssueModel, ProductModel)
