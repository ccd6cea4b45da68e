"""All that the demo tells of replacements: devices, what was asked for and by whom, and returns."""

from portal import demo_devices, demo_employees, demo_replacements, demo_returns
from portal.web.session import Sessions


def load(sessions: Sessions, *, nordlys: str, fjordhelse: str) -> None:
    """Each tells nothing twice."""
    demo_devices.load(sessions, nordlys=nordlys)
    demo_replacements.load(sessions, nordlys=nordlys)
    demo_employees.load(sessions, nordlys=nordlys)
    demo_returns.load(sessions, nordlys, fjordhelse)
