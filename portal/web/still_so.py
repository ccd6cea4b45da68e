"""Mails and notices that are true for a time, and are told to nobody else when it has passed."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

StillSo = Callable[[Session, Mapping[str, Any]], bool]
_CHECKS: dict[str, StillSo] = {}


def while_so(*templates: str) -> Callable[[StillSo], StillSo]:
    """Let this function say whether these mails are still true: `check(session, context)`. Of what
    is not, nobody is told who was not by then."""

    def declare(check: StillSo) -> StillSo:
        _CHECKS.update(dict.fromkeys(templates, check))
        return check

    return declare


def is_still_so(session: Session, template: str, context: Mapping[str, Any]) -> bool:
    check = _CHECKS.get(template)
    return check is None or check(session, context)


def may_pass(template: str) -> bool:
    """Whether it is asked at all if mails of this template are still true."""
    return template in _CHECKS
