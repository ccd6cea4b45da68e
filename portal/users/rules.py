"""What is said of those who have access to an account, or had it, or are asked to."""

from datetime import datetime, timedelta

from portal.base.words import N_, LabelledEnum

AWAY = timedelta(days=90)  # without signing in, it is time to ask whether someone is still there


class Status(LabelledEnum):
    ACTIVE = "active", N_("Active")
    INVITED = "invited", N_("Invited")
    EXPIRED = "expired", N_("Invitation expired")
    DEACTIVATED = "deactivated", N_("Deactivated")


def status_of(
    *, ends_at: datetime | None, deactivated_at: datetime | None, now: datetime
) -> Status:
    """`ends_at` is set for invitations only."""
    if ends_at:
        return Status.INVITED if ends_at > now else Status.EXPIRED
    return Status.DEACTIVATED if deactivated_at else Status.ACTIVE
