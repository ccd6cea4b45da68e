"""The lists of known issues, for customers and for staff: filtered and paged in memory."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from portal.base.references import read_reference
from portal.base.words import N_, LabelledEnum
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.models import Category
from portal.known_issues.issues import Issue
from portal.known_issues.rules import State
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext

ON_A_PAGE = 25
LONGEST = 200  # characters of a search


class Stage(LabelledEnum):
    """Who sees an issue, and in which languages; for staff."""

    DRAFT = "draft", N_("Draft")
    PUBLISHED = "published", N_("Published")
    UNTRANSLATED = "untranslated", N_("Lacks a language")


class Whose(LabelledEnum):
    """Of which models a customer wants to read."""

    OURS = "ours", N_("Models we have")
    ALL = "all", N_("All models")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for. What is not understood is left out: old addresses show a list still."""

    text: str = ""
    model: str = ""
    category: Category | None = None
    state: State | None = None
    stage: Stage | None = None
    whose: Whose | None = None
    after: int | None = None
    before: int | None = None

    def address(self, **changes: Any) -> str:
        asked = {
            "q": self.text,
            "model": self.model,
            "category": self.category or "",
            "state": self.state or "",
            "stage": self.stage or "",
            "models": self.whose or "",
        }
        return "?" + urlencode([(key, it) for key, it in (asked | changes).items() if it])

    @property
    def narrowed(self) -> bool:
        """Whether anything but whose models was asked for."""
        return bool(self.text or self.model or self.category or self.state or self.stage)

    def chips(self) -> list[dict[str, str]]:
        words = {
            "model": _("Model: %(model)s", model=self.model) if self.model else "",
            "category": label(self.category) if self.category else "",
            "state": label(self.state) if self.state else "",
            "stage": label(self.stage) if self.stage else "",
        }
        return [
            {"label": told, "href": self.address(**{key: ""})}
            for key, told in words.items()
            if told
        ]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list, and the ways to others. Each way follows a question mark."""

    rows: list[Issue]
    total: int
    asked: Asked
    first: str
    previous: str
    next: str

    @property
    def found(self) -> str:
        return ngettext("%(num)s known issue", "%(num)s known issues", self.total)


def read_asked(arguments: Mapping[str, str]) -> Asked:
    def member(kind: Any, name: str) -> Any:
        value = arguments.get(name, "")
        return kind(value) if value in set(kind) else None

    return Asked(
        text=arguments.get("q", "").strip()[:LONGEST],
        model=arguments.get("model", "").strip()[:LONGEST],
        category=member(Category, "category"),
        state=member(State, "state"),
        stage=member(Stage, "stage"),
        whose=member(Whose, "models"),
        after=read_reference("KI", arguments.get("after", "")[:20]),
        before=read_reference("KI", arguments.get("before", "")[:20]),
    )


def list_issues(
    issues: Collection[Issue],
    asked: Asked,
    matching: Callable[[str], set[int]],
    models: Catalogue,
) -> Listed:
    """The page that is asked for, of these issues, which come newest first."""
    rows = [each for each in issues if _is_wanted(each, asked, models)]
    if asked.text:
        found = matching(asked.text)
        rows = [each for each in rows if each.id in found]
    if asked.before and not asked.after:
        shown = [each for each in rows if each.id > asked.before][-ON_A_PAGE:]
    else:
        shown = [each for each in rows if not asked.after or each.id < asked.after][:ON_A_PAGE]
    newer = bool(shown) and shown[0].id < rows[0].id
    older = bool(shown) and shown[-1].id > rows[-1].id
    return Listed(
        rows=shown,
        total=len(rows),
        asked=asked,
        first=asked.address() if newer else "",
        previous=asked.address(before=shown[0].reference) if newer else "",
        next=asked.address(after=shown[-1].reference) if older else "",
    )


def models_in(issues: Collection[Issue], models: Catalogue) -> dict[int, list[str]]:
    """The names of the models of each issue, in order."""
    return {each.id: [model.name for model in models if model.id in each.models] for each in issues}


def _is_wanted(issue: Issue, asked: Asked, models: Catalogue) -> bool:
    return (
        (asked.state is None or issue.state is asked.state)
        and (asked.category is None or _is_of(issue, asked.category, models))
        and (asked.stage is None or _is_at(issue, asked.stage))
        and (not asked.model or _names(issue, asked.model, models))
    )


def _is_at(issue: Issue, stage: Stage) -> bool:
    if stage is Stage.UNTRANSLATED:
        return any(each.lacks for each in (issue.title, issue.description, issue.workaround))
    return (issue.published_at is None) == (stage is Stage.DRAFT)


def _is_of(issue: Issue, category: Category, models: Catalogue) -> bool:
    named = (models.get(each) for each in issue.models)
    return issue.category is category or any(it and it.category is category for it in named)


def _names(issue: Issue, text: str, models: Catalogue) -> bool:
    return any(issue.concerns(models[each]) for each in models.matching(text))
