"""What may be sent along with a form: how much of it, and of which kinds.

A feature says for what it takes files, once, beside its forms: who may send them, which kinds, and
how large. What was sent for one purpose is of no use for another.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from portal.base.access import Permission
from portal.base.files import safe_name
from portal.base.words import N_, Refused
from portal.uploads.kinds import ACTIVE, ENDINGS, Kind, ending_of, kind_of

MOST_FILES = 25  # in one message
MOST_BYTES = 2_000_000_000  # of one file that is sent in parts
MOST_AT_ONCE = 50_000_000  # of one that comes with the form itself
MOST_WITH_FORM = 260_000_000  # of such a form with all its files
LARGEST_PART = 8 * 1024 * 1024
SMALLEST_PART = 256 * 1024  # but for the last one: or a file could be a million rows
A_DAY = timedelta(hours=24)
MOST_A_DAY = 20_000_000_000  # of one person
MOST_A_DAY_TOGETHER = 100_000_000_000  # of an account
MOST_BEGUN = 500  # files of one person, in a day

EMPTY = N_("“%(name)s” is empty.")
TOO_LARGE = N_("“%(name)s” is %(size)s. It can be at most %(most)s.")
NO_SIZE = N_("It is not said how large “%(name)s” is. Choose it again.")
LARGER = N_("“%(name)s” is larger than %(most)s, which is the most it can be.")
TOO_MANY = N_("Send at most %(most)s files at a time.")
ONE_ALONE = N_("Send one file only.")
ENOUGH = N_("So much has been sent today that there is no room for more. Try again tomorrow.")
GONE = N_("A file that you sent is no longer here. Choose it again.")
RUNNABLE = N_(
    "“%(name)s” is a program, a script or a web page. Put it in a ZIP file if we have asked for it."
)
OTHER_KIND = N_(
    "We cannot take “%(name)s”. Send a picture, a PDF, a video, a text or log file, an Office"
    " document, a network capture or an archive such as ZIP."
)
NOT_AMONG = N_("“%(name)s” cannot be sent here. The file must be %(kinds)s.")
_MOST_TOLD = 8  # kinds that are listed in a sentence


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a feature takes files for."""

    name: str
    permission: Permission
    endings: frozenset[str] = field(default=ENDINGS)
    most_bytes: int = MOST_BYTES
    most_files: int = MOST_FILES

    @property
    def too_many(self) -> str:
        """What is said when there are more files than it takes, with `most`."""
        return ONE_ALONE if self.most_files == 1 else TOO_MANY

    @property
    def listed(self) -> list[str]:
        """The kinds by name, where they are so few that people want to know."""
        names = sorted({ending.upper() for ending in self.endings})
        return names if len(names) <= _MOST_TOLD else []


PURPOSES: dict[str, Purpose] = {}


LARGEST_TOLD = 10**15  # bytes; nobody has a file of more


def purpose(
    name: str,
    permission: Permission,
    *,
    endings: frozenset[str] = ENDINGS,
    most_bytes: int = MOST_BYTES,
    most_files: int = MOST_FILES,
) -> Purpose:
    """Let a feature take files for this purpose."""
    assert endings <= ENDINGS, "A kind that nobody can tell from another is not taken."
    PURPOSES[name] = Purpose(name, permission, endings, most_bytes, most_files)
    return PURPOSES[name]


def read_name(name: str, for_what: Purpose) -> tuple[str, Kind]:
    """The name as it is kept, and the kind of file that it says it is."""
    shown = safe_name(name)
    ending = ending_of(shown)
    if ending in for_what.endings:
        return shown, kind_of(ending)
    if for_what.listed:  # also of programs: in a ZIP file they would not be taken either
        raise Refused(NOT_AMONG, name=shown, kinds=for_what.listed)
    if ending in ACTIVE:
        raise Refused(RUNNABLE, name=shown)
    raise Refused(OTHER_KIND, name=shown)


def read_size(text: str) -> int | None:
    """A number of bytes, if it is one. One beyond reason is not an empty file."""
    known = re.fullmatch(r"[0-9]{1,400}", text, re.ASCII)
    return min(int(text), LARGEST_TOLD) if known else None


def check_size(name: str, size: int | None, most: int) -> int:
    """`None`: what was said of it is no number of bytes."""
    if size is None:
        raise Refused(NO_SIZE, name=name)
    if size <= 0:
        raise Refused(EMPTY, name=name)
    if most < size < most * 1.1 or size >= LARGEST_TOLD:  # in words both are the same, or absurd
        raise Refused(LARGER, name=name, most=most)
    if size > most:
        raise Refused(TOO_LARGE, name=name, size=size, most=most)
    return size
