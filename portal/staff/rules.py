"""Who decides about whom on the vendor's staff."""

from datetime import timedelta

from portal.base.access import Role

INVITATION = timedelta(hours=72)  # how long the link in an invitation is good


def may_decide(*, by: int, whose: int, role: Role) -> bool:
    """Whether a portal administrator may change what somebody on the staff is.

    Rank is strict: of those below them, and of themselves, but not of their equals.
    """
    return by == whose or role is not Role.STAFF_ADMINISTRATOR
