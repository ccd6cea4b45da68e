"""What a scan means: the number of a replacement, or that of the parcel which comes back."""

from flask import g
from wtforms import Field

from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.base.text import identifier
from portal.base.words import N_, Refused
from portal.carriers.queries import came_back_with
from portal.replacements.rules import PREFIX
from portal.returns.reaching import number_in
from portal.web.session import open_session

_LONGEST = 40  # as of carriers' numbers


def scanned_return(text: str) -> int:
    """Which replacement's return it is, by either of the codes on its label; 0: none."""
    if _is_reference(text):
        return number_in(text)
    with open_session(g.scope, reading=True) as session:
        return _by_parcel(session, text) or number_in(text)


def refuse_next(session: ScopedSession, *fields: Field) -> None:
    """The scan of the next parcel is no text about this one."""
    for field in fields:
        text = field.data or ""
        if _is_reference(text) or _by_parcel(session, text):
            told = N_("This is the number of a return. Scan it in the field for the RMA number.")
            raise Refused(told, field=field.name)


def refuse_label(session: ScopedSession, text: str) -> None:
    """What stands on a return label is no number of a parcel to a customer, while it is awaited."""
    found = session.execute(came_back_with(_number(text))).first()
    if found is not None and found.awaited:
        raise Refused(
            N_("This is the tracking number on the return label of %(rma)s. Scan the other one."),
            field="tracking_number",
            rma=reference(PREFIX, found.id),
        )


def _is_reference(text: str) -> bool:
    return identifier(text).startswith(PREFIX) and number_in(text) > 0


def _by_parcel(session: ScopedSession, text: str) -> int:
    number = _number(text)
    found = session.execute(came_back_with(number)).first() if number else None
    return found.id if found else 0


def _number(text: str) -> str:
    """As it would be kept; nothing where it cannot be one."""
    number = "".join(text.split()).upper()
    return number if len(number) <= _LONGEST and "\0" not in number else ""
