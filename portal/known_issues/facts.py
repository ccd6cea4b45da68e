"""What is stated about a known issue: by a form, or by the record as it is."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from portal.base.bilingual import line_of, lines_of
from portal.base.words import N_, Refused
from portal.catalogue.models import Category
from portal.known_issues.models import KnownIssue
from portal.known_issues.rules import State, is_after, is_before

LONGEST_TITLE, LONGEST_VERSION, LONGEST_TEXT, MOST_MODELS = 160, 40, 10_000, 200
_TEXTS = ("description", "workaround")
_VERSIONS = ("affected_from", "affected_to", "fixed_in")
INTERNAL = frozenset({"remarks"})  # what customers read nothing of


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFacts:
    title_nb: str = ""
    title_en: str = ""
    description_nb: str = ""
    description_en: str = ""
    workaround_nb: str = ""
    workaround_en: str = ""
    category: Category | None = None
    models: tuple[int, ...] = ()
    affected_from: str = ""
    affected_to: str = ""
    fixed_in: str = ""
    state: State = State.EXAMINED
    remarks: str = ""

    def told(self) -> dict[str, Any]:
        """As plain values, which history keeps."""
        return asdict(self) | {"models": sorted(self.models)}


def facts_of(issue: KnownIssue) -> IssueFacts:
    values = {name: getattr(issue, name) for name in IssueFacts.__slots__ if name != "models"}
    return IssueFacts(**values, models=tuple(each.model_id for each in issue.models))


def changes(before: IssueFacts, after: IssueFacts) -> dict[str, list[Any]]:
    """What differs: the old and the new value by name."""
    old, new = before.told(), after.told()
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


def checked(facts: IssueFacts) -> IssueFacts:
    """The facts, tidied; refused when they cannot be."""
    tidy: dict[str, Any] = {
        name: line_of(getattr(facts, name)) for name in ("title_nb", "title_en", *_VERSIONS)
    }
    tidy |= {
        name: lines_of(getattr(facts, name))
        for name in ("remarks", *(f"{text}_{it}" for text in _TEXTS for it in ("nb", "en")))
    }
    facts = replace(facts, **tidy)
    _check_lengths(facts)
    _check_languages(facts)
    if not facts.models and facts.category is None:
        raise Refused(N_("Name the models, or choose a category."), field="models")
    _check_state(facts)
    _check_versions(facts)
    return facts


def _check_lengths(facts: IssueFacts) -> None:
    most = dict.fromkeys(("title_nb", "title_en"), LONGEST_TITLE)
    most |= dict.fromkeys(_VERSIONS, LONGEST_VERSION)
    for name, value in facts.told().items():
        longest = most.get(name, LONGEST_TEXT)
        if isinstance(value, str) and len(value) > longest:
            raise Refused(N_("Use at most %(most)s characters."), field=name, most=longest)
    if len(facts.models) > MOST_MODELS:
        raise Refused(
            N_("Name at most %(most)s models, or choose a category."),
            field="models",
            most=MOST_MODELS,
        )


def _check_languages(facts: IssueFacts) -> None:
    """Whoever writes in a language begins with the title."""
    if not (facts.title_nb or facts.title_en):
        raise Refused(N_("Enter a title, in one language or both."), field="title_nb")
    for it in ("nb", "en"):
        written = any(getattr(facts, f"{text}_{it}") for text in _TEXTS)
        if written and not getattr(facts, f"title_{it}"):
            raise Refused(N_("Enter the title in this language too."), field=f"title_{it}")


def _check_state(facts: IssueFacts) -> None:
    if facts.state is State.WORKAROUND and not (facts.workaround_nb or facts.workaround_en):
        raise Refused(N_("Write what people can do meanwhile."), field="workaround_nb")
    if facts.state is State.FIXED and not facts.fixed_in:
        raise Refused(N_("Enter the version that fixes it."), field="fixed_in")
    if facts.fixed_in and facts.state is not State.FIXED:
        raise Refused(
            N_("A version that fixes it is told once it is fixed: choose “Fixed”."), field="state"
        )


def _check_versions(facts: IssueFacts) -> None:
    since, until, fixed_in = facts.affected_from, facts.affected_to, facts.fixed_in
    if since and until and is_before(until, since):
        raise Refused(N_("The last version must not come before the first."), field="affected_to")
    last = until or since
    if fixed_in and last and not is_after(fixed_in, last):
        raise Refused(
            N_("The version that fixes it must come after those that have it."), field="fixed_in"
        )
