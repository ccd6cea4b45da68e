"""What a known issue means for the version that a device runs."""

from portal.base.text import version_key
from portal.base.words import N_, LabelledEnum

_GAP = "10"  # what stands between the parts of a version in its key


class State(LabelledEnum):
    """How far the work with an issue has come."""

    EXAMINED = "examined", N_("Being looked at")
    WORKAROUND = "workaround", N_("Workaround")
    FIXED = "fixed", N_("Fixed")
    UNFIXED = "unfixed", N_("Will not be fixed")


class Standing(LabelledEnum):
    """What an issue of a device's model is to the device."""

    CONCERNED = "concerned", N_("In the installed version")
    POSSIBLE = "possible", N_("Depends on the installed version")
    FIXED = "fixed", N_("Fixed in the installed version")
    OTHER = "other", N_("Not in the installed version")


def standing(installed: str, *, since: str = "", until: str = "", fixed_in: str = "") -> Standing:
    """Both ends belong to the versions concerned; left empty, there is no end on that side."""
    if not installed.strip():
        return Standing.POSSIBLE
    if fixed_in and not is_before(installed, fixed_in):
        return Standing.FIXED
    if (since and is_before(installed, since)) or (until and is_after(installed, until)):
        return Standing.OTHER
    return Standing.CONCERNED


def is_before(version: str, other: str) -> bool:
    return version_key(version) < version_key(other)


def is_after(version: str, other: str) -> bool:
    """4.3.1-391234 is a build of 4.3.1, and so not after it."""
    key, end = version_key(version), version_key(other)
    return key > end and not key.startswith(end + _GAP)
