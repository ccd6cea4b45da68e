"""A kind of thing that happens, to whom it may be told, and when somebody wants to hear of it."""

from dataclasses import dataclass

from portal.base.access import Permission
from portal.base.words import N_, LabelledEnum


class How(LabelledEnum):
    """When somebody wants to hear of something by mail."""

    AT_ONCE = "at_once", N_("At once")
    DAILY = "daily", N_("Once a day, together")
    WEEKLY = "weekly", N_("Once a week, together")
    NEVER = "never", N_("Never")


class Notice(LabelledEnum):
    """A kind of thing that happens, of which people choose when they hear."""

    IMPORT_DONE = "import_done", N_("A device list of mine is registered")
    COLLEAGUE_JOINED = "colleague_joined", N_("Somebody I invited has accepted")
    ACCESS_ASKED = "access_asked", N_("A partner asks for access")
    ACCESS_ENDS = "access_ends", N_("A partner's access ends soon")
    ACCESS_ANSWERED = "access_answered", N_("A customer has answered my request for access")
    OUR_ACCESS_ENDS = "our_access_ends", N_("Our access to a customer ends soon")
    REQUEST_ANSWERED = "request_answered", N_("A service request I follow is answered")
    REQUEST_CHANGED = "request_changed", N_("A service request I follow changes status or severity")
    REQUEST_ESCALATED = "request_escalated", N_("A service request is escalated")
    REQUEST_ASSIGNED = "request_assigned", N_("A service request is given to me")
    REQUEST_NOTED = "request_noted", N_("An internal note in a service request of mine")
    REQUEST_DUE = "request_due", N_("A deadline in a service request of mine is near or missed")
    UNASSIGNED_DUE = "unassigned_due", N_("A deadline in a service request that nobody has")
    CRITICAL_DUE = "critical_due", N_("A deadline in one that is escalated or critical")
    CRITICAL_OPENED = "critical_opened", N_("A new critical service request")
    ESCALATION_DUE = "escalation_due", N_("An update I promised in an escalation is due")
    ESCALATION_GIVEN = "escalation_given", N_("An escalation is given to me")
    MAIL_PARKED = "mail_parked", N_("An e-mail that may be from a customer waits to be handled")
    INCIDENT = "incident", N_("An incident affects us")
    REPLACEMENT_MOVED = "replacement_moved", N_("A new device is approved, sent or delivered")
    EMPLOYEE_ASKED = "employee_asked", N_("An employee asks for a new device by our link")
    RETURN_DUE = "return_due", N_("A faulty device must be sent back, or should have been")
    RETURN_ANSWERED = "return_answered", N_("What became of a device I sent back or destroyed")
    RETURN_CHARGED = "return_charged", N_("A device that was not sent back is charged")
    RETURN_ASKED = "return_asked", N_("A return needs an answer from us")
    LICENSE_ENDS = "license_ends", N_("A license ends soon")
    LICENSE_REVOKED = "license_revoked", N_("A license is revoked or replaced")
    NEWS_FOLLOWED = "news_followed", N_("Something is new for what I follow in the downloads")
    SECURITY_FIX = "security_fix", N_("A security fix for models we have")
    RELEASE_WITHDRAWN = "release_withdrawn", N_("Software I downloaded is withdrawn")
    DEAD_ON_ARRIVAL = "dead_on_arrival", N_("A new device did not work either")
    PARCEL_TROUBLE = "parcel_trouble", N_("A carrier tells of a deviation")


@dataclass(frozen=True, slots=True)
class Kind:
    """To whom a notice may come, and what they must be allowed to, also when it is told late."""

    templates: frozenset[str]
    needs: Permission
    who: frozenset[str]  # customer, partner, staff
    first: How = How.AT_ONCE  # for those who chose nothing
    hows: tuple[How, ...] = (How.AT_ONCE, How.DAILY, How.NEVER)  # what there is to choose from
    stopped_by_link: bool = False  # without signing in, by a link in each mail


CUSTOMERS, PARTNERS = frozenset({"customer"}), frozenset({"partner"})
STAFF = frozenset({"staff"})
