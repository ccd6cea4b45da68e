"""Who may order without an account, and what they are asked for."""

import re
import secrets
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email

from portal.base.typed import leads_somewhere
from portal.base.words import N_, Refused
from portal.single_sign_on.rules import domain_of, is_everyones, read_domain

LASTS = timedelta(minutes=30)  # from the code to the order
MOST_DOMAINS, MOST_OPEN = 20, 20
LONGEST_EMAIL = 254
CODE = re.compile(r"[0-9]{6}", re.ASCII)


def new_code() -> str:
    """Six digits. Guessing is counted, and the code is worth nothing in another browser."""
    return f"{secrets.randbelow(1_000_000):06}"


def read_code(typed: str) -> str:
    code = re.sub(r"[\s-]", "", typed)
    if not CODE.fullmatch(code):
        raise Refused(N_("Enter the six digits in the e-mail."), field="code")
    return code


def read_email(typed: str) -> str:
    """An address as it is stored: in lower case."""
    missing = N_("Enter your e-mail address at work, such as kari@example.com.")
    if not typed.strip():
        raise Refused(missing, field="email")
    try:
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise Refused(missing, field="email") from None
    email = found.normalized.lower()
    if len(email) > LONGEST_EMAIL:
        raise Refused(missing, field="email")
    return email


def mailbox_of(email: str) -> str:
    """Where it arrives: what follows a plus does not make it another mailbox."""
    name, _at, domain = email.rpartition("@")
    return f"{name.partition('+')[0] or name}@{domain}"


def is_let_in(email: str, domains: list[str]) -> bool:
    """Whether an address is the organization's: those of a domain below are another's."""
    return domain_of(email) in domains


def name_in(email: str) -> str:
    """What somebody may be called, by their address: kari.nordmann@ is Kari Nordmann."""
    words = re.findall(r"[^\W\d_]+", email.partition("@")[0].partition("+")[0])
    name = " ".join(word.capitalize() for word in words)[:80]
    return "" if leads_somewhere(name) else name


def read_domains(typed: str, known: set[str]) -> list[str]:
    """The domains of a text, one a line. `known` are those that are the organization's for sure."""
    found = []
    for text in re.split(r"[\s,;]+", typed.strip()):
        if not text:
            continue
        name = read_domain(text)
        if name is None:
            raise Refused(N_("Write the domain like this: example.com."), field="domains")
        if is_everyones(name):
            raise Refused(
                N_("Everyone can have an address at %(name)s."), field="domains", name=name
            )
        if name not in known:
            raise Refused(
                N_(
                    "%(name)s is not known as yours. Prove it under Sign-in, or let a user with an"
                    " address there accept an invitation first."
                ),
                field="domains",
                name=name,
            )
        found.append(name)
    found = list(dict.fromkeys(found))
    if not found:
        raise Refused(N_("Write at least one domain, such as example.com."), field="domains")
    if len(found) > MOST_DOMAINS:
        raise Refused(N_("Write at most %(most)s domains."), field="domains", most=MOST_DOMAINS)
    return found


def checked_most(number: int) -> int:
    if not 1 <= number <= MOST_OPEN:
        raise Refused(
            N_("Write a number from %(least)s to %(most)s."),
            field="most_open",
            least=1,
            most=MOST_OPEN,
        )
    return number
