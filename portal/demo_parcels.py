"""What the demo tells of devices: their licenses and downloads, what was asked for and by whom, and
returns."""

from portal import (
    demo_devices,
    demo_downloads,
    demo_employees,
    demo_licenses,
    demo_news,
    demo_replacements,
    demo_returns,
)
from portal.config import Settings
from portal.web.session import Sessions


def load(sessions: Sessions, settings: Settings, *, nordlys: str, fjordhelse: str) -> None:
    """Each tells nothing twice."""
    demo_devices.load(sessions, nordlys=nordlys)
    demo_licenses.load(sessions, settings, nordlys, fjordhelse)
    demo_downloads.load(sessions, settings, nordlys=nordlys)
    demo_news.load(sessions)
    demo_replacements.load(sessions, nordlys=nordlys)
    demo_employees.load(sessions, nordlys=nordlys)
    demo_returns.load(sessions, nordlys, fjordhelse)
