"""What can be wrong with a device, by what kind it is, and what is worth trying first."""

from portal.base.words import N_, LabelledEnum
from portal.catalogue.models import Category

MOST_CHECKS = 3


class Fault(LabelledEnum):
    NO_SOUND = "no_sound", N_("No sound, or bad sound")
    MICROPHONE = "microphone", N_("Others do not hear me")
    CONNECTION = "connection", N_("It does not connect, or loses the connection")
    BATTERY = "battery", N_("It does not charge, or the battery is soon empty")
    PICTURE = "picture", N_("No picture, or a bad picture")
    CAMERA = "camera", N_("The camera does not follow, or is out of focus")
    POWER = "power", N_("It does not start")
    CALLS = "calls", N_("Calls do not go through")
    KEYS = "keys", N_("Buttons or the screen do not react")
    BROKEN = "broken", N_("Something is broken or worn out")
    OTHER = "other", N_("Something else")


_F = Fault
_HEADSET = (_F.NO_SOUND, _F.MICROPHONE, _F.CONNECTION, _F.BATTERY, _F.BROKEN, _F.OTHER)
_VIDEO = (_F.PICTURE, _F.CAMERA, _F.NO_SOUND, _F.MICROPHONE, _F.CONNECTION, _F.POWER, _F.OTHER)
_VOICE = (_F.NO_SOUND, _F.MICROPHONE, _F.CALLS, _F.KEYS, _F.POWER, _F.BROKEN, _F.OTHER)
FAULTS = {
    Category.HEADSET: _HEADSET,
    Category.VIDEO: _VIDEO,
    Category.VOICE: _VOICE,
    Category.QUOTE_ONLY: (_F.PICTURE, _F.NO_SOUND, _F.POWER, _F.BROKEN, _F.OTHER),
}
_ELSEWHERE = N_("Tried it with another computer or phone")
_RESTARTED = N_("Took the power away for ten seconds, and started it again")
_UPDATED = N_("Installed the newest firmware")
_CABLE = N_("Tried another cable")
# At most `MOST_CHECKS`: whoever has tried more has waited long enough.
CHECKS: dict[Fault, tuple[str, ...]] = {
    _F.NO_SOUND: (N_("Turned up the sound, on the device too"), _ELSEWHERE, _UPDATED),
    _F.MICROPHONE: (N_("Looked whether it is muted"), _ELSEWHERE, _UPDATED),
    _F.CONNECTION: (N_("Paired or connected it anew"), _ELSEWHERE, _UPDATED),
    _F.BATTERY: (_CABLE, N_("Let it charge for two hours"), _UPDATED),
    _F.PICTURE: (_CABLE, _RESTARTED, _UPDATED),
    _F.CAMERA: (N_("Cleaned the lens"), _RESTARTED, _UPDATED),
    _F.POWER: (_CABLE, N_("Tried another socket")),
    _F.CALLS: (N_("Looked whether others can call"), _RESTARTED, _UPDATED),
    _F.KEYS: (_RESTARTED, _UPDATED),
    _F.BROKEN: (),
    _F.OTHER: (_RESTARTED, _UPDATED),
}


def tried_of(fault: Fault, tried: list[int]) -> list[str]:
    """What of the fault's checks was tried, in words."""
    return [text for number, text in enumerate(CHECKS[fault]) if number in tried]
