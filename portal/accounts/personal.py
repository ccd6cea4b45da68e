"""What is kept of a person as such: who they are, where they are in, where they are signed in."""

import re
from collections.abc import Iterator

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from portal.accounts.actions import sign_out_everywhere
from portal.accounts.addresses import sent_to
from portal.accounts.grants import Grant, PartnerAssignment, usable
from portal.accounts.half_sign_ins import HalfSignIn, forget_halves
from portal.accounts.models import Account, Membership, MembershipSite, PasswordReset, SignIn, User
from portal.accounts.personal_data import Asking, Row, forgets, tells
from portal.base import clock
from portal.base.mails import Mail
from portal.base.submissions import Submission
from portal.base.words import N_, LabelledEnum


class Unfinished(LabelledEnum):
    NEW_PASSWORD = "new_password", N_("Link to a new password")
    SIGN_IN = "sign_in", N_("Sign-in without its second factor yet")


_UNFINISHED: dict[Unfinished, type[PasswordReset | HalfSignIn]] = {
    Unfinished.NEW_PASSWORD: PasswordReset,
    Unfinished.SIGN_IN: HalfSignIn,
}
_SECRET = re.compile(r"[\w-]{32,}")  # what lets somebody in, in a link


@tells(
    "user",
    N_("Your user"),
    name=N_("Name"),
    email=N_("E-mail address"),
    phone=N_("Phone"),
    language=N_("Language"),
    time_zone=N_("Time zone"),
    theme=N_("Colors"),
    shortcuts=N_("Keyboard shortcuts"),
    partner=N_("Partner"),
    partner_role=N_("Role at the partner"),
    staff_role=N_("Role with us"),
    created_at=N_("Made"),
    signed_in_at=N_("Last sign-in"),
    second_factor_at=N_("Second factor since"),
)
def user(asking: Asking) -> Iterator[Row]:
    who = asking.user
    names = ("name", "email", "phone", "language", "time_zone", "theme", "shortcuts")
    yield {name: getattr(who, name) for name in names} | {
        "partner": who.partner.name if who.partner else None,
        "partner_role": who.partner_role,
        "staff_role": who.staff_role,
        "created_at": who.created_at,
        "signed_in_at": who.signed_in_at,
        "second_factor_at": who.second_factor_at,
    }


@tells(
    "memberships",
    N_("Organizations you are or were in"),
    organization=N_("Organization"),
    number=N_("Master account ID"),
    role=N_("Role"),
    sees=N_("What you see"),
    created_at=N_("Since"),
    deactivated_at=N_("Until"),
)
def memberships(asking: Asking) -> Iterator[Row]:
    mine = select(Membership).where(Membership.user_id == asking.user.id)
    for it in asking.shared.scalars(mine.options(joinedload(Membership.account))):
        yield {
            "organization": it.account.name,
            "number": it.account.master_account_id,
            "role": it.role,
            "sees": it.sees,
            "created_at": it.created_at,
            "deactivated_at": it.deactivated_at,
        }


@tells(
    "customers",
    N_("Customers you work for"),
    organization=N_("Customer"),
    number=N_("Master account ID"),
    permissions=N_("What you can do"),
    last_day=N_("Last day"),
)
def customers(asking: Asking) -> Iterator[Row]:
    mine = select(Grant).join(User, usable(asking.today)).join(Grant.account)
    mine = mine.where(User.id == asking.user.id).options(joinedload(Grant.account))
    for it in asking.shared.scalars(mine.order_by(Account.name_key)):
        yield {
            "organization": it.account.name,
            "number": it.account.master_account_id,
            "permissions": [*sorted(it.allows())],
            "last_day": it.last_day,
        }


@tells(
    "sign_ins",
    N_("Where you are signed in"),
    device=N_("Browser"),
    place=N_("Network"),
    started_at=N_("Signed in"),
    seen_at=N_("Last used"),
    ends_at=N_("Ends"),
    reason=N_("Reason you gave"),
    draft_for=N_("Page with something you wrote"),
    draft=N_("What you wrote"),
)
def sign_ins(asking: Asking) -> Iterator[Row]:
    mine = select(SignIn).where(SignIn.user_id == asking.user.id).order_by(SignIn.id)
    for it in asking.shared.scalars(mine):
        written = [f"{name}: {', '.join(texts)}" for name, texts in (it.kept or {}).items()]
        yield {
            "device": it.device,
            "place": it.place,
            "started_at": it.started_at,
            "seen_at": it.seen_at,
            "ends_at": it.ends_at,
            "reason": it.reason,
            "draft_for": it.kept_for,
            "draft": written or None,
        }


@tells(
    "links",
    N_("Sign-ins and passwords that are not finished"),
    kind=N_("What it is"),
    ends_at=N_("Ends"),
)
def links(asking: Asking) -> Iterator[Row]:
    for kind, table in _UNFINISHED.items():
        mine = select(table.ends_at).where(table.user_id == asking.user.id)
        for ends_at in asking.shared.scalars(mine):
            yield {"kind": kind, "ends_at": ends_at}


@tells("forms", N_("Forms you sent lately"), sent_at=N_("Sent"), led_to=N_("Led to"))
def forms(asking: Asking) -> Iterator[Row]:
    mine = select(Submission.sent_at, Submission.led_to)
    mine = mine.where(Submission.user_id == asking.user.id).order_by(Submission.id)
    for sent_at, led_to in asking.shared.execute(mine.execution_options(yield_per=1000)):
        yield {"sent_at": sent_at, "led_to": led_to}


@tells(
    "mails",
    N_("E-mail we have sent you"),
    written_at=N_("Sent"),
    subject=N_("Subject"),
    text=N_("Text"),
)
def mails(asking: Asking) -> Iterator[Row]:
    mine = select(Mail.written_at, Mail.subject, Mail.text)
    theirs = sent_to(asking.shared, asking.user, Mail.address, Mail.written_at)
    mine = mine.where(theirs).order_by(Mail.id)
    for written_at, subject, text in asking.shared.execute(mine.execution_options(yield_per=100)):
        yield {"written_at": written_at, "subject": subject, "text": _SECRET.sub("…", text)}


@forgets
def forget_everything(session: Session, user: User) -> None:
    """Out everywhere at once; what is left of a membership is that there was one."""
    sign_out_everywhere(session, user.id)
    forget_halves(session, user.id)
    for table in (PasswordReset, PartnerAssignment, Submission):
        session.execute(delete(table).where(table.user_id == user.id))
    session.execute(delete(Mail).where(sent_to(session, user, Mail.address, Mail.written_at)))
    mine = select(Membership.id).where(Membership.user_id == user.id)
    bulk = {"synchronize_session": False}
    session.execute(
        delete(MembershipSite).where(MembershipSite.membership_id.in_(mine)), execution_options=bulk
    )
    session.execute(
        update(Membership)
        .where(Membership.user_id == user.id, Membership.in_force())
        .values(deactivated_at=clock.now(), version=Membership.version + 1),
        execution_options=bulk,
    )
