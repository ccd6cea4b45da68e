"""Who is given a file, and why not. Security fixes are for everyone who is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.agreements.rules import Coverage, Terms, coverage
from portal.base.files import Hold
from portal.catalogue.catalogue import Catalogue
from portal.downloads.rules import Audience, Channel, Refusal, Standing
from portal.downloads.values import Document, Release


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: whether they may take software, and what their account has agreed."""

    software: bool
    terms: Sequence[Terms]
    today: date


@dataclass(frozen=True, slots=True)
class No:
    refusal: Refusal
    coverage: Coverage | None = None  # of the model that comes nearest, where that is why


def why_not_release(it: Release, models: Catalogue, asker: Asker) -> No | None:
    """Nothing where they are given it."""
    if gone := _gone(it):
        return No(gone)
    if it.security or it.audience is Audience.PUBLIC:
        return None
    if not asker.software:
        return No(Refusal.NO_RIGHT)
    return _covered(it, models, asker) if it.audience is Audience.COVERED else None


def _gone(it: Release) -> Refusal | None:
    """Why nobody is given it."""
    if it.standing is Standing.BLOCKED:
        return Refusal.BLOCKED
    if it.withdrawn:
        return Refusal.WITHDRAWN
    if Channel.PORTAL not in it.channels or it.file is None:
        return Refusal.NO_FILE
    return _held(it.file.held) if it.file.held else None


def why_not_document(it: Document, models: Catalogue, asker: Asker | None) -> No | None:
    """With nobody who asks, what is open without signing in."""
    if it.file is None:
        return No(Refusal.NO_FILE)
    if it.file.held:
        return No(_held(it.file.held))
    if it.audience is Audience.PUBLIC:
        return None
    if asker is None:
        return No(Refusal.NO_RIGHT)
    return _covered(it, models, asker) if it.audience is Audience.COVERED else None


def _covered(it: Release | Document, models: Catalogue, asker: Asker) -> No | None:
    """One model that is covered is enough; what is for no model in particular takes an agreement
    that is in force."""
    concerned = [model for each in it.models if (model := models.get(each))]
    if not concerned:
        in_force = any(terms.in_force(asker.today) for terms in asker.terms)
        return None if in_force else No(Refusal.NOT_COVERED)
    found = [coverage(model, asker.terms, asker.today) for model in concerned]
    if any(each.covered for each in found):
        return None
    return No(Refusal.NOT_COVERED, found[0])


def _held(hold: Hold) -> Refusal:
    return Refusal.CHECKED if hold is Hold.WAITING else Refusal.BLOCKED
