"""A person with something of every kind that the portal keeps about people."""

from sqlalchemy.orm import Session

from portal.accounts.actions import open_sign_in
from portal.accounts.addresses import FormerAddress
from portal.accounts.half_sign_ins import begin
from portal.accounts.hashing import hash_of_password
from portal.accounts.models import SignIn, User
from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.access import Role
from portal.base.history import What, happened, happened_in
from portal.base.mails import Mail
from portal.base.submissions import Submission
from portal.base.tenancy import Scope, ScopedSession
from portal.catalogue.models import Category
from portal.downloads.taking import Download, SoftwareTerms, TermsAcceptance
from portal.factors.actions import make_recovery_codes
from portal.factors.models import Authenticator, Passkey, PasskeyChallenge
from portal.invitations.mails import accepted_notice
from portal.invitations.models import Invitation
from portal.licenses.part_models import Deed, SeatChange
from portal.mail_intake.models import InboundMail
from portal.news.models import NewsFollowing, NewsLink, NewsTold
from portal.notices.models import DigestLine, NoticeChoice, PortalNotice
from portal.notices.notice import How, Notice
from portal.passwords.actions import begin_reset
from portal.product_imports.models import ProductImport
from portal.products.models import ProductCount
from portal.profile.actions import begin_email_change
from portal.publishing.models import Incoming
from portal.returns.models import ReturnExtension
from portal.service_requests.models import ServiceRequestMessage
from portal.service_requests.opening import Contact, Opening, open_request
from portal.service_requests.own_models import Draft, SavedView
from portal.service_requests.rules import About
from portal.single_sign_on.models import Identity, SignInAttempt, SingleSignOn
from portal.uploads.models import Upload
from tests.cast import Making, an_import
from tests.factories import (
    MOMENT,
    account_of,
    make_license,
    make_model,
    make_product,
    make_release,
    make_replacement,
    make_seat,
    make_site,
    make_user,
)

WORD = "quagga"
NAME, EMAIL, PHONE = "Ola Quagga", "ola.quagga@example.com", "+4722334455"
FORMER = "ola.quagga@before.example.com"
PASSWORD = "fem rolige otere ror forbi quagga"
LINK = "k" * 43  # as long as those that let somebody in


def stock(making: Making, *, role: Role = Role.MEMBER) -> User:
    """Ola Quagga of the account. Wherever it is his own, his name or address is in it."""
    session, account = making.session, making.account
    ola = make_user(session, account=account, role=role, language="nb", name=NAME)
    ola.email, ola.phone, ola.password_hash = EMAIL, PHONE, hash_of_password(PASSWORD)
    ola.second_factor_at = ola.signed_in_at = MOMENT
    session.flush()
    _sign_ins(session, ola)
    _factors(session, ola)
    _notices(session, ola)
    site = make_site(session, account, "Tromsø")
    site.contact_name, site.contact_email, site.contact_phone = NAME, EMAIL.title(), PHONE
    product = make_product(session, account=account, site=site)
    product.registered_by_id = ola.id
    count = ProductCount(account_id=account.id, model=make_model(session), number=7)
    count.registered_at, count.registered_by_id = MOMENT, ola.id
    session.add(count)
    session.flush()
    an_import(making)
    session.query(ProductImport).one().started_by_id = ola.id
    license = make_license(session, account)
    make_seat(session, license, site_id=site.id, assigned_by_id=ola.id)
    change = SeatChange(account_id=account.id, what=Deed.TAKEN_BACK, at=MOMENT, by_id=ola.id)
    change.parts = [[license.id, None, NAME, None]]
    session.add(change)
    _requests(making, ola)
    _downloads(making, ola)
    theirs = make_replacement(
        session, account, by=ola, product=product, recipient=NAME, phone=PHONE
    )
    theirs.recipient_id = ola.id
    asked = ReturnExtension(account_id=account.id, replacement_id=theirs.id, reason="Ferie")
    asked.until, asked.asked_at, asked.asked_by_id = MOMENT.date(), MOMENT, ola.id
    session.add(asked)
    happened(session, ola, What.PASSWORD_CHANGED, by=ola_does(ola))
    happened_in(session, account.id, product, What.REGISTERED, by=ola_does(ola))
    session.commit()
    return ola


def ola_does(ola: User) -> "Doing":
    return Doing(ola.id)


class Doing:
    on_behalf = False
    place = "203.0.113.0/24"

    def __init__(self, id: int) -> None:
        self.id = id


def _sign_ins(session: Session, ola: User) -> None:
    now = clock.now()
    open_sign_in(session, ola, now=now, place="198.51.100.0/24", device="Firefox · Windows")
    session.flush()
    signed_in = session.query(SignIn).filter_by(user_id=ola.id).one()
    signed_in.kept_for, signed_in.kept = "/profile", {"name": [f"{WORD} i et skjema"]}
    begin(session, ola, now=now)
    begin_reset(session, ola, now=now)
    begin_email_change(session, ola, f"ny.{WORD}@example.com", now=now)
    session.add(Submission(user_id=ola.id, token=f"{WORD}-token", led_to="/x", sent_at=now))
    session.add(FormerAddress(user_id=ola.id, email=FORMER, left_at=now))
    told = Mail(message_id="<f@localhost>", address=FORMER, language="nb", subject="Hei")
    told.text, told.html, told.written_at = f"Hei, {NAME}!", f"Hei, {NAME}!", now
    session.add(told)
    mail = Mail(message_id="<m@localhost>", address=EMAIL, language="nb", subject=f"Hei, {WORD}")
    mail.text = f"Hei, {NAME}. Åpne http://localhost/password-reset/{LINK} nå."
    mail.html, mail.written_at = mail.text, now
    session.add(mail)


def _requests(making: Making, ola: User) -> None:
    """One that he opened and is the contact of, a draft, and a search that he saved."""
    account = making.account
    with ScopedSession(
        scope=Scope(frozenset({account.id}), account.id), bind=making.session.connection()
    ) as session:
        said = Opening(
            subject="Ingen lyd",
            text="Det er helt stille i møterommet.",
            about=About.DEVICE,
            severity=Severity.LOW,
            contact=Contact(user_id=ola.id, name=NAME, phone=PHONE),
        )
        open_request(session, said, by=ola_does(ola), now=clock.now())
        session.query(ServiceRequestMessage).first().from_address = EMAIL  # type: ignore[union-attr]
        draft = Draft(person_id=ola.id, key="new", changed_at=clock.now())
        draft.content = {"subject": f"{WORD} i et utkast"}
        sent = Upload(token=f"{WORD}-token", purpose="style", name=f"{WORD}.log", size=3)
        sent.sent_by_id, sent.begun_at, sent.changed_at = ola.id, clock.now(), clock.now()
        session.add_all([draft, sent])
        session.flush()
    mail = InboundMail(key=f"{WORD}-mail", size=1, received_at=clock.now(), recipients=[])
    mail.user_id = ola.id
    mail.sender, mail.subject, mail.text = EMAIL, f"{WORD} svarer", f"Hilsen {NAME}"
    making.session.add(mail)
    view = SavedView(account_id=account.id, person_id=ola.id, list_name="service_requests")
    view.name, view.query, view.saved_at = f"{WORD} sine", f"q={WORD}", clock.now()
    making.session.add(view)


def _downloads(making: Making, ola: User) -> None:
    """A file that he took on the terms, and one that he sends, as if he were a publisher."""
    session, account = making.session, making.account
    it = make_release(session, "4.3.2", store=making.files)
    terms = SoftwareTerms(text_nb="Vilkår", text_en="Terms", since=MOMENT)
    session.add(terms)
    session.flush()
    mine = {"account_id": account.id, "user_id": ola.id, "at": MOMENT}
    sent = Incoming(token=f"{WORD}-incoming", name="x.zip", size=3, sent_by_id=ola.id)
    sent.begun_at = sent.changed_at = clock.now()
    session.add_all(
        [
            Download(**mine, file_id=it.file_id, release_id=it.id),
            TermsAcceptance(**mine, terms_id=terms.id),
            sent,
        ]
    )
    session.flush()


def _factors(session: Session, ola: User) -> None:
    key = Passkey(user_id=ola.id, handle=b"h", credential=f"{WORD}-key", public_key=b"k")
    key.sign_count, key.name, key.added_at = 0, f"{WORD} sin telefon", MOMENT
    app = Authenticator(user_id=ola.id, sealed=f"{WORD}-sealed", used_step=1, added_at=MOMENT)
    asked = PasskeyChallenge(challenge_hash="c", user_id=ola.id, ends_at=clock.now())
    provider = SingleSignOn(account_id=account_of(ola).id, issuer="i", client_id="c", sealed="s")
    provider.role, provider.sees = Role.MEMBER, ola.memberships[0].sees
    session.add_all([key, app, asked, provider])
    session.flush()
    make_recovery_codes(session, ola)
    known = Identity(provider_id=provider.id, issuer="i", subject=f"{WORD}-subject")
    known.user_id, known.linked_at, known.used_at = ola.id, MOMENT, MOMENT
    tried = SignInAttempt(state_hash="s", held_hash="h", provider_id=provider.id, user_id=ola.id)
    tried.asked_at = tried.ends_at = clock.now()
    session.add_all([known, tried])


def _notices(session: Session, ola: User) -> None:
    notice, account = Notice.IMPORT_DONE, account_of(ola)
    session.add(NoticeChoice(user_id=ola.id, notice=notice, how=How.DAILY))
    told = PortalNotice(user_id=ola.id, account_id=account.id, notice=notice, template="x")
    told.context, told.happened_at = {"name": NAME}, clock.now()
    session.add(told)
    following = NewsFollowing(user_id=ola.id, how=How.WEEKLY, since=clock.now())
    following.category = Category.VOICE
    link = NewsLink(user_id=ola.id, active=True, generation=1, made_at=clock.now())
    known = NewsTold(user_id=ola.id, release_id=make_release(session).id, told_at=clock.now())
    session.add_all([following, link, known])
    line = DigestLine(user_id=ola.id, account_id=account.id, notice=notice, template="x")
    line.context, line.happened_at = {"name": NAME}, clock.now()
    kari = make_user(session, account=account, role=Role.ADMINISTRATOR, name="Kari Nordmann")
    invited = Invitation(account_id=account.id, email=EMAIL, name=NAME, by_staff=False)
    invited.role, invited.sees, invited.site_ids = Role.MEMBER, ola.memberships[0].sees, []
    invited.language, invited.token_hash, invited.invited_by_id = "nb", "x" * 64, kari.id
    invited.invited_at = invited.ends_at = clock.now()
    invited.accepted_at = clock.now()
    before = Invitation(account_id=account.id, email=FORMER, name=FORMER, by_staff=False)
    before.role, before.sees, before.site_ids = Role.MEMBER, ola.memberships[0].sees, []
    before.language, before.token_hash, before.invited_by_id = "nb", "y" * 64, kari.id
    before.invited_at = before.ends_at = before.accepted_at = clock.now()
    session.add_all([line, invited, before])
    session.flush()
    accepted_notice(session, invited, ola)  # in the portal, and in her next digest
