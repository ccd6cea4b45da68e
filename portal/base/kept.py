"""What is kept, why, and for how long: the one table that `/privacy` shows and a job applies.

A row with a period is applied by what `retention.lets_go` of it; a row without one says when it
ends by itself. Each names the database's tables that it is about, so that none is left out.
"""

from datetime import timedelta

from portal.base.kept_rows import Kept, kept_row
from portal.base.words import N_

TABLE: dict[str, Kept] = {
    "people": kept_row(
        N_("Your user: name, e-mail address, phone number, choices and roles"),
        N_("To let you in, and to show colleagues who you are"),
        N_("As long as you have access; then it is blocked at once, and deleted within %(time)s. If"
           " you delete your user yourself, everything goes at once"),
        "user membership membership_site partner_assignment notice_choice saved_view",
        days=365,
    ),
    "factors": kept_row(
        N_("Second factor, and the connection with your organization's sign-in"),
        N_("So that nobody else comes in as you"),
        N_("Until you or an administrator removes it, or your user is deleted"),
        "authenticator passkey recovery_code identity",
    ),
    "sign_ins": kept_row(
        N_("Where you are signed in, and what you were writing when your sign-in ended"),
        N_("So that you can see a stranger, and lose nothing that you wrote"),
        N_("Until the sign-in is over, and at most %(time)s more"),
        "sign_in", days=1,
    ),
    "links": kept_row(
        N_("Links to a new password or e-mail address, and sign-ins and orders without signing in"
           " that are not finished"),
        N_("So that only you can finish what you began"),
        N_("Until they are used or run out, and at most %(time)s more"),
        "password_reset email_change half_sign_in passkey_challenge sign_in_attempt employee_visit",
        days=1,
    ),
    "former_addresses": kept_row(
        N_("E-mail addresses you had before you changed to another"),
        N_("So that what went there is deleted with your user"),
        N_("Until your user is deleted, and at most %(time)s"),
        "former_address", days=100,  # by then invitations and mails that went there are gone
    ),
    "tries": kept_row(
        N_("How often something was tried, under a code that gives away no names"),
        N_("To stop those who guess passwords or overload the portal"),
        N_("As long as it counts, and at most %(time)s more"),
        "attempts", days=1,
    ),
    "forms": kept_row(
        N_("That you sent a form, and where it led"),
        N_("So that nothing is done twice when a form is sent twice"),
        N_("%(time)s"), "submission", days=7,
    ),
    "invitations": kept_row(
        N_("Invitations"),
        N_("So that you can accept, and those who invited you can see that you did"),
        N_("%(time)s after they were answered, withdrawn or ran out"),
        "invitation", days=90,
    ),
    "requests": kept_row(
        N_("Partners' requests for access, and who wrote them"),
        N_("So that customer and partner can see what was asked and answered"),
        N_("%(time)s"), "access_request", days=365,
    ),
    "waiting_notices": kept_row(
        N_("Notices that wait for an e-mail with several"),
        N_("To tell you about them together"),
        N_("Until they are sent, and at most %(time)s"),
        "digest_line", days=14,  # what comes once a week waits for seven of them
    ),
    "portal_notices": kept_row(
        N_("Notices in the portal"),
        N_("So that you can see what happened since last time"),
        N_("%(time)s"), "portal_notice", days=90,
    ),
    "followings": kept_row(
        N_("Models and categories you follow, and the link of your feed and calendar"),
        N_("To tell you what is new for them"),
        N_("Until you stop following, switch the link off, or have no access any more"),
        "news_following news_link",
    ),
    "news_told": kept_row(
        N_("Which new versions and documents you were told of"),
        N_("So that you hear of each of them once"),
        N_("%(time)s"), "news_told", days=365,
    ),
    "mails": kept_row(
        N_("E-mail the portal has sent, and what it could not send"),
        N_("To find out what went wrong when something does not arrive"),
        N_("%(time)s"), "mail job", days=30,
    ),
    "events": kept_row(
        N_("Who did what, sign-ins and failed attempts included"),
        N_("So that your organization and we can verify it"),
        N_("%(time)s, without names: only a number that can no longer be tied to you when your user"
           " is deleted"),
        "event desk_event",
        days=3 * 365 + 1,
    ),
    "imports": kept_row(
        N_("Files you have imported, and rows with errors"),
        N_("So that the import can be verified"),
        N_("As long as the agreement with the organization lasts"),
        "product_import stored_file imported_change model_name license_import",
    ),
    "devices": kept_row(
        N_("Who uses a device or a license, and the room it is in"),
        N_("So that colleagues find it"),
        N_("Until the field is emptied, the license is taken back, or the agreement has ended"),
        "product product_count search_entry license license_assignment"
        " license_paper license_reminder license_succession unclaimed_license",
    ),
    "seat_changes": kept_row(
        N_("What was done with seats of a license, and who had them"),
        N_("So that it can be undone"),
        N_("%(time)s"), "seat_change", days=1,
    ),
    "downloads": kept_row(
        N_("Firmware, software and documents you downloaded, and license terms you accepted"),
        N_("So that you hear of withdrawn versions, and your organization sees who took what"),
        N_("As long as the agreement with the organization lasts. What points to you says former"
           " user when your user is deleted"),
        "download terms_acceptance software_terms software_release release_model release_channel"
        " release_pilot published_file published_document document_model",
    ),
    "service_requests": kept_row(
        N_("Service requests: what was written and sent along, who takes part, and who answered"),
        N_("So that both sides know what was said and done"),
        N_("As long as the agreement with the organization lasts. What points to you says former"
           " user when your user is deleted"),
        "service_request service_request_message service_request_file follower"
        " service_request_step service_request_target service_request_link time_spent"
        " standard_answer satisfaction reply_address escalation threshold_notice"
        " cloud_partner_case cloud_partner_step",
    ),
    "replacements": kept_row(
        N_("Replacements: what was wrong, where the new device was sent, who asked and received"),
        N_("So that the parcel arrives, and both sides know what was sent and what came back"),
        N_("As long as the agreement lasts. Your name and phone number go with your user"),
        "replacement replacement_step replacement_link return_extension return_notice "
        "destruction_certificate liability_waiver parcel parcel_watch carrier_event",
    ),
    "employee_orders": kept_row(
        N_("Who ordered a new device without signing in: name, e-mail address and phone number"),
        N_("So that the parcel arrives, your organization can approve it, and you hear of it"),
        N_("%(time)s after all is done with it"),
        "employee_order", days=90,
    ),
    "received_mails": kept_row(
        N_("E-mails we received"),
        N_("So that no answer is lost, and we can find out what became of one"),
        N_("Until we have decided what becomes of them, and then %(time)s"),
        "inbound_mail", days=90,
    ),
    "drafts": kept_row(
        N_("What you are writing and have not sent"),
        N_("So that nothing is lost when your sign-in ends"),
        N_("Until you send it or delete your user, and at most %(time)s"),
        "draft", days=30,
    ),
    "uploads": kept_row(
        N_("Files you have sent and not attached to anything yet"),
        N_("So that sending can go on where it stopped, and nobody sends too much"),
        N_("Until you attach them or take them back, and at most %(time)s"),
        "upload upload_part incoming_file incoming_part", days=1,
    ),
    "incidents": kept_row(
        N_("Who of our staff wrote about an incident, and which organizations it concerned"),
        N_("So that we can answer for what we said"),
        N_("As long as the incident is on record. What points to you says former user when your"
           " user is deleted"),
        "incident incident_model incident_account incident_update",
    ),
    "sites": kept_row(
        N_("The contact at a site"),
        N_("So that parcels and technicians find somebody there"),
        N_("Until someone changes it, the contact's user is deleted, or the agreement with the"
           " organization has ended"),
        "site",
    ),
    "organizations": kept_row(
        N_("What is an organization's: devices, sites, files, agreements and partners' access"),
        N_("So that it can be downloaded, or the agreement renewed"),
        N_("%(time)s after the agreement ended and we closed the organization in the portal"),
        "account agreement agreement_category agreement_line grant grant_site role_visibility"
        " single_sign_on sign_in_domain employee_link",
        days=90,
    ),
}  # fmt: skip


def period_of(kind: str) -> timedelta:
    if period := TABLE[kind].period:
        return period
    raise LookupError(f"{kind} are not kept for a time.")
