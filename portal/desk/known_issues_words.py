"""What is stated about known issues, in words: for their history, and beside an overtaken form."""

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.models import Category
from portal.desk.history import Word, Words, each, plain
from portal.known_issues.facts import IssueFacts, checked
from portal.known_issues.forms import ChangeIssueForm, told_in_fields
from portal.known_issues.rules import State
from portal.web.locale import gettext as _
from portal.web.locale import label

_SHOWN = 60  # characters of a long text


def issue_words(models: Catalogue) -> Words:
    return {
        "title_nb": (_("Title in Norwegian"), plain),
        "title_en": (_("Title in English"), plain),
        "description_nb": (_("Description in Norwegian"), beginning),
        "description_en": (_("Description in English"), beginning),
        "workaround_nb": (_("Workaround in Norwegian"), beginning),
        "workaround_en": (_("Workaround in English"), beginning),
        "category": (_("Product category"), lambda it: label(Category(it)) if it else "–"),
        "models": (_("Models"), _names(models)),
        "affected_from": (_("First version that has it"), plain),
        "affected_to": (_("Last version that has it"), plain),
        "state": (_("State"), lambda it: label(State(it))),
        "fixed_in": (_("Version that fixes it"), plain),
        "remarks": (_("Internal remarks"), beginning),
    }


def saved_meanwhile(facts: IssueFacts, form: ChangeIssueForm, models: Catalogue) -> dict[str, str]:
    """In words, what the record says now where the form says something else."""
    words = issue_words(models)
    now, mine = facts, checked(form.facts(models))
    told, fields = now.told(), told_in_fields(now, models)
    others = told_in_fields(mine, models)
    whole = {"description_nb", "description_en", "workaround_nb", "workaround_en", "remarks"}
    return {
        name: plain(told[name]) if name in whole else words[name][1](told[name])
        for name in words
        if fields[name] != others[name]
    }


def beginning(text: str) -> str:
    line = " ".join(text.split())
    return plain(line if len(line) <= _SHOWN else f"{line[:_SHOWN].rstrip()} …")


def _names(models: Catalogue) -> Word:
    def names(ids: list[int]) -> str:
        return each([model.name for model in models if model.id in ids])

    return names
