"""Which version comes after which, who is given what, and why somebody is not."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from portal.base.text import version_key
from portal.base.words import N_, LabelledEnum


class Sort(LabelledEnum):
    FIRMWARE = "firmware", N_("Firmware")
    SOFTWARE = "software", N_("Endpoint software")


class Platform(LabelledEnum):
    """What endpoint software runs on."""

    WINDOWS = "windows", N_("Windows")
    MACOS = "macos", N_("macOS")


class Channel(LabelledEnum):
    """The ways by which a release reaches devices. It can be withdrawn from one alone."""

    PORTAL = "portal", N_("Download from the portal")
    LENS = "lens", N_("Poly Lens")
    TEAMS = "teams", N_("Microsoft Teams")
    ZOOM = "zoom", N_("Zoom")


class Audience(LabelledEnum):
    """For whom something is."""

    PUBLIC = "public", N_("Everyone, also without signing in")
    SIGNED_IN = "signed_in", N_("Every customer who is signed in")
    COVERED = "covered", N_("Customers whose agreement covers the model")


class State(LabelledEnum):
    """How far a release has come. What is published is open from its day on."""

    DRAFT = "draft", N_("Draft")
    PROPOSED = "proposed", N_("Waits for a second person")
    PUBLISHED = "published", N_("Published")


class Standing(LabelledEnum):
    """What becomes of a release that is out."""

    CURRENT = "current", N_("In use")
    DEPRECATED = "deprecated", N_("Outdated: choose a newer one")
    BLOCKED = "blocked", N_("Blocked: do not install it")


class Part(LabelledEnum):
    """The parts of release notes, in their order."""

    NEW = "new", N_("What is new")
    FIXED = "fixed", N_("Fixed")
    KNOWN = "known", N_("Known issues in this version")
    REQUIREMENTS = "requirements", N_("Requirements")


class DocumentKind(LabelledEnum):
    ADMINISTRATOR_GUIDE = "administrator_guide", N_("Administrator guide")
    USER_GUIDE = "user_guide", N_("User guide")
    QUICK_START = "quick_start", N_("Quick start guide")
    RELEASE_NOTES = "release_notes", N_("Release notes")
    PRIVACY_GUIDE = "privacy_guide", N_("Privacy guide")
    TECHNICAL_BULLETIN = "technical_bulletin", N_("Technical bulletin")
    DATA_SHEET = "data_sheet", N_("Data sheet")
    OTHER = "other", N_("Other documents")


LANGUAGES = ("nb", "nn", "en")  # those that notes are written in
DOCUMENT_LANGUAGES = ("nb", "nn", "en", "sv", "da", "fi", "de", "fr", "es")
RELEASE_PREFIX, DOCUMENT_PREFIX = "SW", "DOC"


class Refusal(LabelledEnum):
    """Why somebody is not given a file, in a few words."""

    NO_FILE = "no_file", N_("There is no file to download")
    CHECKED = "checked", N_("The file is being checked")
    BLOCKED = "blocked", N_("This version is blocked")
    WITHDRAWN = "withdrawn", N_("This version is withdrawn")
    NO_RIGHT = "no_right", N_("You may read about software, but not download it")
    NOT_COVERED = "not_covered", N_("None of the models is covered by your agreement")


class Versioned(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def version(self) -> str: ...
    @property
    def version_key(self) -> str: ...
    @property
    def predecessor_id(self) -> int | None: ...


class Opening(Protocol):
    @property
    def state(self) -> State: ...
    @property
    def opens_at(self) -> datetime | None: ...
    @property
    def staged(self) -> bool: ...
    @property
    def pilots(self) -> frozenset[int]: ...


Step = TypeVar("Step", bound=Versioned)


def is_known(installed: str) -> bool:
    """Whether what is noted of a device is a version at all: a dash or a question mark is none."""
    return any(map(str.isdigit, installed))


def is_older(installed: str, other: Versioned) -> bool:
    """Whether what a device runs comes before a release. What is not known is not older."""
    return is_known(installed) and version_key(installed) < other.version_key


def is_open(release: Opening, account_ids: Collection[int] | None, now: datetime) -> bool:
    """Whether these accounts are told of a release at all; for None, who is in no account, or of
    staff, pilots count for nothing."""
    if release.state is not State.PUBLISHED:
        return False
    if release.opens_at and release.opens_at > now:
        return False
    return not release.staged or not release.pilots.isdisjoint(account_ids or ())


@dataclass(frozen=True, slots=True)
class Fleet:
    """What runs on the devices of one model: how many of each version, the unknown one as ''."""

    installed: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.installed.values())

    @property
    def unknown(self) -> int:
        return sum(count for version, count in self.installed.items() if not is_known(version))

    def behind(self, suggested: Versioned | None) -> int:
        if suggested is None:
            return 0
        older = (count for it, count in self.installed.items() if is_older(it, suggested))
        return sum(older)

    @property
    def versions(self) -> list[str]:
        """Those that are known, the newest first."""
        known = filter(is_known, self.installed)
        return sorted(known, key=version_key, reverse=True)

    def oldest(self) -> str:
        """The version that most has to be done about."""
        return self.versions[-1] if self.versions else ""


def newest_first(releases: Iterable[Step]) -> list[Step]:
    return sorted(releases, key=lambda it: (it.version_key, it.id), reverse=True)
