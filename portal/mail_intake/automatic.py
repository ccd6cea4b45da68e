"""Mails that no person wrote to us: recognized by their headers, and at last by how they begin."""

import re

from portal.mail_intake.mime import Apart
from portal.mail_intake.rules import Reason
from portal.web.mail_headers import LOOP

_BULK = re.compile(r"bulk|junk|auto[_-]?reply", re.IGNORECASE)
_LISTS = ("list-id", "list-post", "list-unsubscribe", "mailing-list", "x-mailing-list")
_ANSWERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")
_MACHINES = re.compile(r"(mailer-daemon|postmaster|no-?reply|ikke-?svar|double-bounce)@.*")
_REPORTS = frozenset({"message/delivery-status", "message/disposition-notification"})
_SUBJECT = re.compile(
    r"\s*(?:(?:re|sv|vs|fwd?):\s*)?(?:automatisk (?:svar|svarmelding)|autosvar|automatiskt svar"
    r"|auto(?:matic)?[ -]?repl(?:y|ies)|automatische antwort|frav[æe]r(?:smelding|sassistent)?\b"
    r"|ikke til stede|ute av kontoret|out of (?:the )?office|abwesenheitsnotiz|r[ée]ponse auto"
    r"|undeliver(?:able|ed)|delivery (?:status notification|failure)|mail delivery|returned mail"
    r"|kan ikke leveres|kunne ikke leveres)",
    re.IGNORECASE,
)


def automatic(
    apart: Apart, *, sender: str, subject: str, returned: bool, here: str
) -> Reason | None:
    """Why nobody needs to read it; None for what a person seems to have written. Of what only looks
    like it by its subject, or by what servers of organizations add, who sent it has to decide.

    `returned`: it came with an empty return path. `here` is what our own mails carry.
    """
    headers = apart.headers
    if here in {each.strip().lower() for each in headers.all(LOOP.lower())}:
        return Reason.LOOP
    if _is_report(apart) or returned or headers.first("return-path").strip() == "<>":
        return Reason.BOUNCE
    by_itself = headers.first("auto-submitted").partition(";")[0].strip().lower()
    if by_itself not in {"", "no"} or any(map(headers.first, _ANSWERS)):
        return Reason.AUTOMATIC
    precedence = headers.first("precedence").strip()
    if _BULK.match(precedence) or _MACHINES.fullmatch(sender):
        return Reason.AUTOMATIC
    to_many = precedence.lower().startswith("list") or any(map(headers.first, _LISTS))
    return Reason.PERHAPS_AUTOMATIC if to_many or _SUBJECT.match(subject) else None


def _is_report(apart: Apart) -> bool:
    return apart.kind == "multipart/report" or any(it.kind in _REPORTS for it in apart.parts)
