"""Having people told of what was done with a replacement, once it is kept."""

from typing import Any

from portal.base.history import Doer
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.replacements.models import Replacement


def tell(
    session: ScopedSession, it: Replacement, what: str, *, by: Doer | None, **told: Any
) -> None:
    """Whom, and in which words, is decided when it is told. What is `told` are plain values."""
    later(
        session,
        "replacements.tell",
        account_id=it.account_id,
        replacement_id=it.id,
        what=what,
        by_id=(by.id or None) if by else None,
        told=told,
    )
