"""What there is to tell of a replacement, to whom, and in which template."""

from dataclasses import dataclass

from portal.notices.notice import Notice


@dataclass(frozen=True, slots=True)
class News:
    notice: Notice
    template: str
    own: bool = False  # to whoever did it as well: it is their receipt
    money: bool = False  # to the account's administrators as well
    short: bool = False  # as a short message too, to whoever receives the parcel
    outside: bool = False  # to whoever asked for it without having an account


_MOVED, _DUE, _ANSWERED = Notice.REPLACEMENT_MOVED, Notice.RETURN_DUE, Notice.RETURN_ANSWERED
NEWS = {
    # Outside: where another one is sent in place of what an employee ordered.
    "asked": News(_MOVED, "replacements/asked", own=True, outside=True),
    "employee_asked": News(Notice.EMPLOYEE_ASKED, "employees/asked", outside=True),
    "approved": News(_MOVED, "replacements/approved", outside=True),
    "expected": News(_MOVED, "replacements/expected", outside=True),
    "declined": News(_MOVED, "replacements/declined", outside=True),
    "called_off": News(_MOVED, "replacements/called_off", outside=True),
    "shipped": News(_MOVED, "replacements/shipped", short=True, outside=True),
    "ready": News(_MOVED, "replacements/ready", short=True, outside=True),
    "delivered": News(_MOVED, "replacements/delivered", outside=True),
    "due": News(_DUE, "returns/due", short=True, outside=True),
    "overdue": News(_DUE, "returns/overdue", money=True, short=True, outside=True),
    "extended": News(_ANSWERED, "returns/extension"),
    "not_extended": News(_ANSWERED, "returns/extension"),
    "received": News(_ANSWERED, "returns/received", outside=True),
    "wrong_device": News(_ANSWERED, "returns/wrong_device"),
    "kept_the_other": News(_ANSWERED, "returns/kept_the_other"),
    "destroyed": News(_ANSWERED, "returns/certificate"),
    "not_destroyed": News(_ANSWERED, "returns/certificate"),
    "charged": News(Notice.RETURN_CHARGED, "liability/charged", money=True),
    "settled": News(Notice.RETURN_CHARGED, "liability/settled", money=True),
    "waived": News(Notice.RETURN_CHARGED, "liability/waived", money=True),
    # To whoever of staff may answer.
    "extension_asked": News(Notice.RETURN_ASKED, "returns/asked"),
    "certificate_sent": News(Notice.RETURN_ASKED, "returns/asked"),
    "waiver_proposed": News(Notice.RETURN_ASKED, "returns/asked"),
    "settlement_proposed": News(Notice.RETURN_ASKED, "returns/asked"),
    "deviation": News(Notice.PARCEL_TROUBLE, "replacements/deviation"),
    "dead_on_arrival": News(Notice.DEAD_ON_ARRIVAL, "replacements/dead_on_arrival"),
}
