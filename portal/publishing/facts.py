"""What is stated about a release: by a form, by the shell, or by the record as it is."""

from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from portal.base.bilingual import line_of, lines_of
from portal.base.words import N_, Refused
from portal.downloads.imports import is_version
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import LANGUAGES, Audience, Channel, Part, Platform, Sort

LONGEST_NOTES, MOST_MODELS = 20_000, 200
LONGEST = {"title": 120, "train": 80}
Notes = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    sort: Sort = Sort.FIRMWARE
    title: str = ""
    platform: Platform | None = None
    printed: str = ""  # the version, as it is printed
    train: str = ""
    released_on: date | None = None
    models: tuple[int, ...] = ()
    channels: tuple[Channel, ...] = (Channel.PORTAL,)
    notes: Notes = field(default_factory=dict)
    security: bool = False
    audience: Audience = Audience.COVERED
    opens_at: datetime | None = None
    pilots: tuple[int, ...] = ()
    predecessor_id: int | None = None
    steps_nb: str = ""
    steps_en: str = ""

    def told(self) -> dict[str, Any]:
        """As plain values, which history keeps."""
        return asdict(self) | {
            "models": sorted(self.models),
            "channels": sorted(self.channels),
            "pilots": sorted(self.pilots),
            "released_on": self.released_on.isoformat() if self.released_on else None,
            "opens_at": self.opens_at.isoformat() if self.opens_at else None,
        }


# What somebody who looked it through has looked at: of what is out it does not change.
FIXED = frozenset({"sort", "title", "platform", "printed"})
# And by this others are told of it, or sooner, or more urgently.
CONCERNING = frozenset({"models", "security", "opens_at", "pilots", "channels"})


def facts_of(it: SoftwareRelease) -> ReleaseFacts:
    same = (*ReleaseFacts.__slots__,)
    other = {"printed", "models", "channels", "pilots"}
    values = {name: getattr(it, name) for name in same if name not in other}
    return ReleaseFacts(
        **values,
        printed=it.version,
        models=tuple(each.model_id for each in it.models),
        channels=tuple(each.channel for each in it.channels),
        pilots=tuple(each.account_id for each in it.pilots) if it.staged else (),
    )


def changes(before: ReleaseFacts, after: ReleaseFacts) -> dict[str, list[Any]]:
    old, new = before.told(), after.told()
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


def missing_in(notes: Notes) -> list[str]:
    """The languages that notes are not written in, where they are written at all. What is given
    in one language is told in that where another is missing, so it can be published."""
    written = {part: told for part, told in notes.items() if any(told.values())}
    return [code for code in LANGUAGES if any(not told.get(code) for told in written.values())]


def checked(facts: ReleaseFacts) -> ReleaseFacts:
    """The facts, tidied; refused when they cannot be."""
    notes = {
        part.value: told for part in Part if (told := _tidied(facts.notes.get(part.value, {})))
    }
    tidy: dict[str, Any] = {
        name: line_of(getattr(facts, name)) for name in ("title", "printed", "train")
    }
    tidy |= {name: lines_of(getattr(facts, name)) for name in ("steps_nb", "steps_en")}
    facts = replace(facts, notes=notes, **tidy)
    _check_version(facts.printed)
    for name, most in LONGEST.items():
        if len(getattr(facts, name)) > most:
            raise Refused(N_("Use at most %(most)s characters."), field=name, most=most)
    if any(len(text) > LONGEST_NOTES for told in notes.values() for text in told.values()):
        raise Refused(N_("Use at most %(most)s characters."), field=None, most=LONGEST_NOTES)
    if facts.sort is Sort.SOFTWARE and not facts.title:
        raise Refused(N_("Enter the name of the software."), field="title")
    if facts.sort is Sort.FIRMWARE and not facts.models:
        raise Refused(N_("Name the models."), field="models")
    if len(facts.models) > MOST_MODELS:
        raise Refused(N_("Name at most %(most)s models."), field="models", most=MOST_MODELS)
    if not facts.channels:
        raise Refused(N_("Choose at least one channel."), field="channels")
    return facts


def _check_version(version: str) -> None:
    if not version:
        raise Refused(N_("Enter the version as it is printed."), field="printed")
    if not is_version(version):
        raise Refused(N_("“%(version)s” is no version."), field="printed", version=version)


def _tidied(told: dict[str, str]) -> dict[str, str]:
    return {code: text for code in LANGUAGES if (text := lines_of(told.get(code, "")))}
