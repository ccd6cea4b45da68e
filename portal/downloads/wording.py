"""Refusals in a sentence each, with what to do; release notes in the reader's language."""

from collections.abc import Mapping
from typing import Any

from babel import Locale
from flask import Flask

from portal.agreements.wording import coverage_sentence
from portal.base.words import N_
from portal.downloads.granting import No
from portal.downloads.rules import LANGUAGES, Part, Refusal
from portal.web.locale import gettext as _
from portal.web.locale import language

_WHAT_TO_DO = {
    Refusal.NO_FILE: N_("It is not handed out here. Ask us if you need it."),
    Refusal.CHECKED: N_("It is being checked for viruses. Try again in a few minutes."),
    Refusal.BLOCKED: N_("Do not install it. Choose the version that we suggest."),
    Refusal.WITHDRAWN: N_("Choose the version that we suggest instead."),
    Refusal.NO_RIGHT: N_(
        "Ask an administrator of your organization to make you a member, or to download it."
    ),
    Refusal.NOT_COVERED: N_(
        "Ask your reseller or us about covering the model. Security fixes are open to you all the"
        " same."
    ),
}


def refusal_sentence(no: No) -> str:
    """Why, and what to do."""
    why = coverage_sentence(no.coverage) if no.coverage else _(no.refusal.label) + "."
    return f"{why} {_(_WHAT_TO_DO[no.refusal])}"


def notes_in(
    notes: Mapping[int, Mapping[str, Mapping[str, str]]],
) -> dict[int, list[tuple[Part, str, str]]]:
    """Of each release its parts with the text and the language that it is in.

    Where it is not written in the reader's language, in the nearest that it is.
    """
    return {each: list(filter(None, map(_in(of_it), Part))) for each, of_it in notes.items()}


def _in(notes: Mapping[str, Mapping[str, str]]) -> Any:
    wished = language()
    order = {"nn": ("nn", "nb", "en"), "en": ("en", "nb", "nn")}.get(wished, LANGUAGES)

    def part(it: Part) -> tuple[Part, str, str] | None:
        written = notes.get(it.value, {})
        return next(((it, written[code], code) for code in order if written.get(code)), None)

    return part


def language_name(code: str, first: bool = True) -> str:
    """A language as it is called in the reader's, where it comes first or within a sentence."""
    name = Locale.parse(code).get_language_name(language()) or code
    return name[:1].upper() + name[1:] if first else name


def init_app(app: Flask) -> None:
    app.jinja_env.filters["language_name"] = language_name
