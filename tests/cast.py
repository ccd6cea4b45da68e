"""Everyone who may come to a door of the portal, and a record of the kind each door is about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal.accounts.actions import Person
from portal.accounts.grants import Grant
from portal.accounts.models import Account, Partner
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.file_store import FileStore
from portal.base.files import StoredFile
from portal.base.jobs import later
from portal.base.mails import Mail
from portal.base.references import reference
from portal.cloud_partners.models import CloudPartnerCase
from portal.cloud_partners.rules import CloudPartner
from portal.downloads.rules import Audience
from portal.employees.links import employee_token
from portal.employees.models import EmployeeLink
from portal.factors.models import Passkey
from portal.invitations.actions import Offer, invite
from portal.invitations.models import Invitation
from portal.invitations.rules import Invitee
from portal.license_intake.models import How, LicenseImport
from portal.license_intake.models import ImportStatus as ListStatus
from portal.license_intake.passing import Report as Found
from portal.licenses.part_models import Deed, SeatChange
from portal.mail_intake.models import InboundMail
from portal.mail_intake.rules import Reason, State
from portal.news.links import news_token
from portal.news.models import NewsLink
from portal.notices.notice import Notice
from portal.partners.models import AccessRequest
from portal.passwords.actions import begin_reset
from portal.product_imports.models import ImportStatus, ProductImport
from portal.product_imports.report import Report
from portal.products.models import ProductCount
from portal.profile.actions import begin_email_change
from portal.replacements.tracking_links import tracking_path
from portal.service_requests.desk_models import StandardAnswer
from portal.service_requests.rating_links import RatingLink, rating_path
from portal.single_sign_on.models import SignInDomain
from portal.uploads.models import Upload
from portal.web.stopping import stopping_token
from tests.conftest import SETTINGS, SignInAs
from tests.factories import (
    MOMENT,
    make_account,
    make_agreement,
    make_document,
    make_escalation,
    make_grant,
    make_incident,
    make_issue,
    make_license,
    make_model,
    make_paper,
    make_partner,
    make_product,
    make_release,
    make_replacement,
    make_request,
    make_seat,
    make_site,
    make_stock,
    make_user,
)

# Who they are is said in `assemble`, in this order.
ACTORS = (
    "stranger",
    "observer",
    "member",
    "administrator",
    "foreigner",
    "partner",
    "partner_admin",
    "curtailed",
    "idle_partner",
    "outsider",
    "outside_admin",
    "agent",
    "idle_agent",
    "csm",
    "staff_admin",
    "idle_admin",
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_number = count(1)


def assemble(
    session: Session, sign_in: SignInAs, stranger: FlaskClient, account: Account
) -> dict[str, FlaskClient]:
    """Each actor's browser. All but the foreigner and the idle ones have this account at hand."""
    partner = make_partner(session)
    make_grant(session, partner, account)
    curtailed = make_partner(session)
    make_grant(session, curtailed, account, permissions=frozenset({Permission.ACCOUNT_VIEW}))

    def of_partner(
        whose: Partner, acting_for: Account | None = None, role: Role = Role.PARTNER
    ) -> FlaskClient:
        user = make_user(session, role=role, partner=whose)
        return sign_in(user, acting_for=acting_for)

    def of_role(role: Role, acting_for: Account | None = None) -> FlaskClient:
        return sign_in(make_user(session, account=account, role=role), acting_for=acting_for)

    return {
        "stranger": stranger,
        "observer": of_role(Role.OBSERVER),
        "member": of_role(Role.MEMBER),
        "administrator": of_role(Role.ADMINISTRATOR),
        "foreigner": sign_in(make_user(session, role=Role.ADMINISTRATOR)),
        "partner": of_partner(partner, account),
        "partner_admin": of_partner(partner, account, Role.PARTNER_ADMINISTRATOR),
        "curtailed": of_partner(curtailed, account),
        "idle_partner": of_partner(partner),
        "outsider": of_partner(make_partner(session)),
        "outside_admin": of_partner(make_partner(session), role=Role.PARTNER_ADMINISTRATOR),
        "agent": of_role(Role.AGENT, account),
        "idle_agent": of_role(Role.AGENT),
        "csm": of_role(Role.CSM, account),
        "staff_admin": of_role(Role.STAFF_ADMINISTRATOR, account),
        "idle_admin": of_role(Role.STAFF_ADMINISTRATOR),
    }


def doors(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every way in: a method and a rule of the URL map."""
    for rule in app.url_map.iter_rules():
        for method in METHODS:
            if method in (rule.methods or ()):
                yield f"{method} {rule.rule}", rule


@dataclass(frozen=True, slots=True)
class Making:
    """What it takes to make a record of an account."""

    session: Session
    account: Account
    files: FileStore


def an_import(making: Making) -> str:
    session, account = making.session, making.account
    key = f"wrong-rows-of-import-{next(_number)}"
    making.files.put(key, [b'[["AB"], []]\n'])
    file = StoredFile(
        account_id=account.id,
        key=key,
        name="liste.csv",
        media_type="text/csv",
        size=1,
        sha256="0" * 64,
        created_at=MOMENT,
    )
    session.add(file)
    session.flush()
    made = ProductImport(
        account_id=account.id,
        name="liste.csv",
        file_id=file.id,
        faults_id=file.id,
        started_at=MOMENT,
        status=ImportStatus.READY,
        report=Report().stored(),
    )
    session.add(made)
    session.commit()
    return made.reference


def an_upload(making: Making) -> str:
    """Somebody else's, on its way."""
    made = Upload(
        account_id=making.account.id,
        token=f"upload-number-{next(_number)}",
        purpose="style",
        name="liste.csv",
        size=3,
        sent_by_id=make_user(making.session, account=making.account).id,
        begun_at=MOMENT,
        changed_at=MOMENT,
    )
    making.session.add(made)
    making.session.commit()
    return made.token


def a_count(making: Making) -> str:
    made = ProductCount(
        account_id=making.account.id,
        model=make_model(making.session),
        number=3,
        registered_at=MOMENT,
    )
    making.session.add(made)
    making.session.commit()
    return made.reference


def a_request(making: Making) -> str:
    partner = make_partner(making.session)
    made = AccessRequest(
        partner_id=partner.id,
        digits=making.account.digits,
        account_id=making.account.id,
        permissions=["account:view"],
        asked_by_id=make_user(making.session, partner=partner).id,
        asked_at=clock.now(),
    )
    making.session.add(made)
    making.session.commit()
    return made.reference


def a_colleague(making: Making) -> str:
    """Of the partner that may do most for the account."""
    session, account = making.session, making.account
    grant = session.query(Grant).filter_by(account_id=account.id).order_by(Grant.id).first()
    partner = grant.partner if grant else make_partner(session)
    return reference("U", make_user(session, partner=partner).id)


def a_standard_answer(making: Making) -> str:
    made = StandardAnswer(
        title=f"Svar {next(_number)}", norwegian="Hei", english="Hello", changed_at=MOMENT
    )
    making.session.add(made)
    making.session.commit()
    return reference("SA", made.id)


def _a_parked_job(making: Making) -> str:
    job = later(making.session, "mail.send", account_id=making.account.id)
    job.parked_at = MOMENT
    making.session.commit()
    return str(job.id)


def _a_mail(making: Making) -> str:
    mail = Mail(
        message_id=f"<{next(_number)}@localhost>",
        address="ola@example.com",
        language="nb",
        subject="Hei",
        text="Hei",
        html="<p>Hei</p>",
        written_at=MOMENT,
    )
    making.session.add(mail)
    making.session.commit()
    return str(mail.id)


def _a_received_mail(making: Making) -> str:
    mail = InboundMail(
        key=f"a-received-mail-{next(_number)}", size=1, received_at=MOMENT, recipients=[]
    )
    mail.state, mail.reason = State.PARKED, Reason.UNKNOWN
    making.session.add(mail)
    making.session.commit()
    return str(mail.id)


def _a_reset(making: Making) -> str:
    token = begin_reset(making.session, make_user(making.session), now=clock.now())
    making.session.commit()
    return token


def _an_email_change(making: Making) -> str:
    user = make_user(making.session)
    to = f"ny{next(_number)}@example.com"
    token = begin_email_change(making.session, user, to, now=clock.now())[0]
    making.session.commit()
    return token


def _made(making: Making) -> tuple[Invitation, str]:
    by = Person(make_user(making.session).id)
    to, offer = [Invitee(f"ny{next(_number)}@example.com")], Offer(Role.MEMBER)
    language, now = "en", clock.now()
    ((invitation, token),) = invite(
        making.session, making.account.id, to, offer, language=language, by=by, now=now
    )
    making.session.commit()
    return invitation, token


def _a_passkey(making: Making) -> str:
    """Somebody else's: whoever asks has none of this name."""
    owner = make_user(making.session, account=making.account)
    number = next(_number)
    made = Passkey(user_id=owner.id, handle=b"h", credential=f"key{number}", public_key=b"k")
    made.sign_count, made.name, made.added_at = 0, "Telefon", MOMENT
    making.session.add(made)
    making.session.commit()
    return str(made.id)


def _a_domain(making: Making) -> str:
    name = f"number{next(_number)}.invalid"
    making.session.add(SignInDomain(account_id=making.account.id, name=name, token="x"))
    making.session.commit()
    return name


def _a_membership(making: Making) -> str:
    member = make_user(making.session, account=making.account)
    return reference("U", member.memberships[0].id)


def _a_rating_link(making: Making) -> str:
    """Of somebody who lost access since."""
    asked, user = make_request(making.session, making.account), make_user(making.session)
    link = RatingLink(making.account.id, asked.id, user.id)
    return rating_path(SETTINGS.secret_key, link).rpartition("/")[2]


def a_replacement(making: Making) -> str:
    return make_replacement(making.session, making.account).reference


def an_employees_link(making: Making) -> str:
    """The account has one."""
    session, mine = making.session, {"account_id": making.account.id}
    link = session.query(EmployeeLink).filter_by(**mine).one_or_none()
    if link is None:
        link = EmployeeLink(**mine, active=True, generation=1, domains=["nordlys.example.com"])
        link.approval, link.most_open, link.phone = True, 2, "+4722222222"
        session.add(link)
        session.commit()
    return employee_token(SETTINGS.secret_key, link.id, link.generation)


def a_tracking_link(making: Making) -> str:
    it = make_replacement(making.session, making.account)
    return tracking_path(SETTINGS.secret_key, it).rpartition("/")[2]


def a_news_link(making: Making) -> str:
    """That of somebody in the account: whoever has it reads by it."""
    user = make_user(making.session, account=making.account)
    link = NewsLink(user_id=user.id, active=True, generation=1, made_at=MOMENT)
    making.session.add(link)
    making.session.commit()
    return news_token(SETTINGS.secret_key, user.id, 1)


def a_stopping_link(making: Making) -> str:
    user = make_user(making.session, account=making.account)
    return stopping_token(SETTINGS.secret_key, user.id, Notice.NEWS_FOLLOWED.value)


def a_seat(making: Making) -> str:
    license = make_license(making.session, making.account)
    return make_seat(making.session, license, holder="Ola Hansen").reference


def a_paper(making: Making) -> str:
    paper = make_paper(making.session, make_license(making.session, making.account))
    making.files.put(making.session.get_one(StoredFile, paper.file_id).key, [b"%"])
    return paper.reference


def a_seat_change(making: Making) -> str:
    """What somebody else did."""
    it = make_license(making.session, making.account)
    seat = make_seat(making.session, it, holder="Ola Hansen")
    change = SeatChange(account_id=making.account.id, what=Deed.ASSIGNED, at=clock.now())
    change.parts = [[it.id, None, "", seat.id]]
    making.session.add(change)
    making.session.commit()
    return change.reference


def a_license_import(making: Making) -> str:
    it = LicenseImport(account_id=making.account.id, name="lisenser.csv", started_at=MOMENT)
    it.file_id, it.status, it.how = None, ListStatus.READY, How.ACTIVE
    it.report = Found().stored()
    making.session.add(it)
    making.session.commit()
    return it.reference


def a_cloud_case(making: Making) -> str:
    asked = make_request(making.session, making.account)
    case = CloudPartnerCase(account_id=making.account.id, request_id=asked.id, begun_at=MOMENT)
    case.partner, case.stages = CloudPartner.ZOOM, {}
    making.session.add(case)
    making.session.commit()
    return asked.reference


def a_release(making: Making) -> str:
    """A security fix, which everyone is given who is signed in."""
    it = make_release(
        making.session, "4.3.2", make_model(making.session), store=making.files, security=True
    )
    return it.reference


def a_document(making: Making) -> str:
    """One that is not for strangers."""
    audience = Audience.SIGNED_IN
    return make_document(making.session, store=making.files, audience=audience).reference


REQUEST_PAGES = (
    *("request_pages", "request_answers", "request_closing", "request_escalation"),
    *("request_followers", "request_rating", "request_papers"),
)
# What stands for an argument of a rule: a fresh record of the account, for each who asks.
RECORDS: dict[str, Callable[[Making], str]] = {
    "escalations.ref": lambda it: make_escalation(it.session, it.account).request.reference,
    "inviting.reference": lambda it: _made(it)[0].reference,
    "invitations.token": lambda it: _made(it)[1],
    "person.reference": lambda it: (
        make_user(it.session, account=it.account).memberships[0].reference
    ),
    "license_assignments.reference": a_seat,
    **dict.fromkeys(
        (
            *("licenses.reference", "license_terms.reference", "license_files.reference"),
            *("license_activation.reference", "license_papers.reference"),
        ),
        lambda it: make_license(it.session, it.account).reference,
    ),
    "license_paper_files.reference": a_paper,
    "license_seats.reference": a_seat_change,
    "license_imports.reference": a_license_import,
    **dict.fromkeys(
        ("publishing.ref", "publishing_fates.ref", "publishing_preview.ref"), a_release
    ),
    "publishing_documents.ref": a_document,
    "downloads.ref": lambda it: reference("M", make_model(it.session).id),
    "downloads.reference": a_release,
    "download_files.document.reference": a_document,
    "download_files.reference": a_release,
    "download_manifests.reference": a_release,
    "download_manifests.ref": lambda it: reference("M", make_model(it.session).id),
    "replacement_asking.reference": a_replacement,
    "replacements.reference": a_replacement,
    **dict.fromkeys(
        ("return_labels.reference", "returns.reference", "dead_on_arrival.reference"),
        a_replacement,
    ),
    "employee_decisions.reference": a_replacement,
    "employee_entrance.token": an_employees_link,
    "employee_picking.reference": a_replacement,
    "employee_ordering.token": an_employees_link,
    "tracking.token": a_tracking_link,
    "news_feeds.token": a_news_link,
    "notice_stopping.token": a_stopping_link,
    "return_desk.ref": a_replacement,
    "return_deeds.ref": a_replacement,
    "logistics.ref": a_replacement,
    "logistics_papers.ref": a_replacement,
    "logistics_corrections.ref": a_replacement,
    "stock.line_id": lambda it: str(make_stock(it.session, 3).id),
    "desk_successors.ref": lambda it: reference("M", make_model(it.session).id),
    "request_opening.reference": lambda it: make_request(it.session, it.account).reference,
    "products.reference": lambda it: make_product(it.session, account=it.account).reference,
    "product_counts.reference": a_count,
    "product_imports.reference": an_import,
    "import_tables.reference": an_import,
    "partners.reference": lambda it: (
        make_grant(it.session, make_partner(it.session), it.account).reference
    ),
    "answering.reference": a_request,
    "colleagues.reference": a_colleague,
    "desk_customers.number": lambda it: make_account(it.session).master_account_id,
    "staff.reference": lambda it: reference("U", make_user(it.session, role=Role.AGENT).id),
    "desk_partners.reference": lambda it: make_partner(it.session).reference,
    "sign_in_provider.name": _a_domain,
    "uploads.token": an_upload,
    "desk_uploads.token": an_upload,
    "desk_uploads.number": lambda it: make_account(it.session).master_account_id,
    "sites.reference": lambda it: (
        make_site(it.session, it.account, f"Sted {next(_number)}").reference
    ),
    "known_issues.reference": lambda it: make_issue(it.session).reference,
    "incidents.reference": lambda it: make_incident(it.session).reference,
    "desk_known_issues.ref": lambda it: make_issue(it.session, published=False).reference,
    "desk_incidents.ref": lambda it: make_incident(it.session, accounts=[it.account]).reference,
    "incident_answers.ref": lambda it: make_incident(it.session).reference,
    "request_desk.ref": lambda it: make_request(it.session, it.account).reference,
    "request_desk_news.ref": lambda it: make_request(it.session, it.account).reference,
    "desk_followers.ref": lambda it: make_request(it.session, it.account).reference,
    "deed_choices.ref": lambda it: make_request(it.session, it.account).reference,
    "copy_contacts.ref": lambda it: make_request(it.session, it.account).reference,
    "request_deeds.ref": lambda it: make_request(it.session, it.account).reference,
    "request_taking.ref": lambda it: make_request(it.session, it.account).reference,
    "standard_answers.ref": a_standard_answer,
    "desk_catalogue.ref": lambda it: reference("M", make_model(it.session).id),
    "desk_agreements.number": lambda it: make_agreement(it.session, it.account).number,
    **dict.fromkeys(
        (f"{page}.reference" for page in REQUEST_PAGES),
        lambda it: make_request(it.session, it.account).reference,
    ),
    "cloud_partners.reference": a_cloud_case,
    "cloud_partner_desk.ref": a_cloud_case,
    "rating_links.token": _a_rating_link,
    "desk_jobs.job_id": _a_parked_job,
    "desk_mailbox.mail_id": _a_mail,
    "mail_intake.mail_id": _a_received_mail,
    "mail_original.mail_id": _a_received_mail,
    "mail_takeover.mail_id": _a_received_mail,
    "passwords.token": _a_reset,
    "profile_address.token": _an_email_change,
    "passkeys.passkey_id": _a_passkey,
    "colleague_factor_resets.reference": a_colleague,
    "factor_resets.reference": _a_membership,
    "people_factor_resets.user_id": lambda it: str(make_user(it.session, account=it.account).id),
}
# The same for all: no record stands behind these.
WORDS = {
    "profile_security.end_one.sign_in_id": "2147483647",
    "delivery_times.remove.line_id": "2147483647",
    "carriers.withdraw.carrier_id": "2147483647",
    "spare_parts.show.part_id": "2147483647",
    "spare_parts.change.part_id": "2147483647",
    "spare_parts.withdraw.part_id": "2147483647",
    "spare_parts.offer.part_id": "2147483647",
    "request_queue_deeds.forget.view_id": "2147483647",
    "service_requests.forget.view_id": "2147483647",
    "request_pages.file.file_id": "2147483647",
    "request_followers.take_off.follower_id": "2147483647",
    "request_desk.file.file_id": "2147483647",
    "desk_followers.take_off.follower_id": "2147483647",
    "cloud_partners.invitation.step_id": "2147483647",
    "cloud_partner_desk.invitation.step_id": "2147483647",
    "cloud_partner_desk.step.stage": "isolating",
    "cloud_partner_desk.do.stage": "isolating",
    "request_deeds.form.deed": "severity",
    "request_deeds.do.deed": "severity",
    "deed_choices.offer.of": "requests",
    "about.document.name": "privacy",
    "about.help_article.name": "import",
    "static.filename": "icon.svg",
    "publishing_files.show.token": "a-token-of-nobody",
    "publishing_files.add.token": "a-token-of-nobody",
    "publishing_files.remove.token": "a-token-of-nobody",
    "postal_codes.place.code": "0155",
    "employee_entrance.come.secret": "forbi",
    "employee_entrance.go_on_here.secret": "forbi",
    "format": "csv",
}


def path_to(app: Flask, rule: Rule, making: Making) -> str:
    """The rule's address, with a record of the account where it names one."""
    blueprint = rule.endpoint.split(".")[0]
    values: dict[str, Any] = {}
    for name in rule.arguments:
        words = WORDS.get(f"{rule.endpoint}.{name}") or WORDS.get(name)
        own = f"{rule.endpoint}.{name}"
        made = RECORDS[own if own in RECORDS else f"{blueprint}.{name}"] if not words else None
        values[name] = made(making) if made else words
    with app.test_request_context():
        return url_for(rule.endpoint, _method=_method_of(rule), **values)


def _method_of(rule: Rule) -> str:
    return next(method for method in METHODS if method in (rule.methods or ()))
