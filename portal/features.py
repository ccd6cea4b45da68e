"""Every feature's pages, and where in the portal they stand."""

from portal.about import routes as about
from portal.about import signing
from portal.accounts import routes as accounts
from portal.activity import routes as activity
from portal.cloud_partners import desk as cloud_partner_desk
from portal.cloud_partners import routes as cloud_partners
from portal.desk import accounts as desk_accounts
from portal.desk import agreements as desk_agreements
from portal.desk import catalogue as desk_catalogue
from portal.desk import choices as desk_choices
from portal.desk import customers as desk_customers
from portal.desk import incidents as desk_incidents
from portal.desk import known_issues as desk_known_issues
from portal.desk import mailbox as desk_mailbox
from portal.desk import parked_jobs as desk_jobs
from portal.desk import partners as desk_partners
from portal.desk import routes as desk
from portal.desk import successors as desk_successors
from portal.escalations import routes as escalations
from portal.factors import passkey_routes, recovery_routes, reset_routes
from portal.factors import routes as factors
from portal.incidents import routes as incidents
from portal.invitations import inviting
from portal.invitations import routes as invitations
from portal.known_issues import routes as known_issues
from portal.mail_intake import original_routes as mail_original
from portal.mail_intake import routes as mail_intake
from portal.mail_intake import takeover_routes as mail_takeover
from portal.notices import here as my_notices
from portal.notices import routes as notices
from portal.notices import stopping as notice_stopping
from portal.overview import customers, elsewhere, partner_returns
from portal.overview import routes as overview
from portal.partners import answering, colleagues
from portal.partners import routes as partners
from portal.passwords import routes as passwords
from portal.personal_data import routes as personal_data
from portal.product_counts import routes as product_counts
from portal.product_imports import routes as product_imports
from portal.product_imports import tables as import_tables
from portal.products import routes as products
from portal.profile import address as profile_address
from portal.profile import routes as profile
from portal.profile import security as profile_security
from portal.proofs import passkeys, second_step
from portal.proofs import routes as proofs
from portal.registration import routes as registration
from portal.replacement_features import REPLACING
from portal.request_desk import contacts as copy_contacts
from portal.request_desk import deed_choices, incident_answers, standard_answers, taking
from portal.request_desk import deed_routes as request_deeds
from portal.request_desk import followers as desk_followers
from portal.request_desk import news as request_news
from portal.request_desk import routes as request_desk
from portal.request_opening import choices as request_choices
from portal.request_opening import drafts as request_drafts
from portal.request_opening import routes as request_opening
from portal.request_opening import several as several_requests
from portal.request_opening import similar as request_similar
from portal.request_pages import closing, escalation, followers, papers, rating, replying
from portal.request_pages import routes as request_pages
from portal.request_queue import deeds as request_queue_deeds
from portal.request_queue import routes as request_queue
from portal.search import routes as search
from portal.service_requests import routes as service_requests
from portal.sign_in_rules import provider_routes as sign_in_provider
from portal.sign_in_rules import routes as sign_in_rules
from portal.single_sign_on import routes as single_sign_on
from portal.sites import place_routes as postal_codes
from portal.sites import routes as sites
from portal.software_features import SOFTWARE
from portal.staff import routes as staff
from portal.support_figures import routes as support_figures
from portal.uploads import routes as uploads
from portal.users import person, visibility
from portal.users import routes as users

FEATURES = [
    *REPLACING,
    *SOFTWARE,
    *(
        ("/", it.bp)
        for it in (about, signing, accounts, customers, elsewhere, partner_returns, overview)
    ),
    ("/desk", desk.bp),
    ("/desk", request_queue.bp),
    ("/desk/queue", request_queue_deeds.bp),
    ("/desk/accounts", desk_accounts.bp),
    ("/desk/accounts", desk_customers.bp),
    ("/desk/agreements", desk_agreements.bp),
    ("/desk/catalogue", desk_catalogue.bp),
    ("/desk/catalogue", desk_successors.bp),
    ("/desk/escalations", escalations.bp),
    ("/desk/incidents", desk_incidents.bp),
    ("/desk/incidents", incident_answers.bp),
    ("/desk/jobs", desk_jobs.bp),
    ("/desk/known-issues", desk_known_issues.bp),
    ("/desk/log", activity.desk_bp),
    ("/desk/mail-intake", mail_intake.bp),
    ("/desk/mail-intake", mail_original.bp),
    ("/desk/mail-intake", mail_takeover.bp),
    ("/desk/mailbox", desk_mailbox.bp),
    ("/desk/partners", desk_partners.bp),
    ("/organization/log", activity.bp),
    ("/organization/partners", partners.bp),
    ("/organization/partners/requests", answering.answering),
    ("/invitations", invitations.bp),
    ("/known-issues", known_issues.bp),
    ("/organization", inviting.bp),
    ("/organization/sites", sites.bp),
    ("/partner/requests", answering.asking),
    ("/partner/users", colleagues.bp),
    ("/partner/users", reset_routes.colleagues_bp),
    ("/desk/people", reset_routes.people_bp),
    ("/organization/sign-in", sign_in_rules.bp),
    ("/organization/sign-in", sign_in_provider.bp),
    ("/organization/users", reset_routes.bp),
    ("/organization/users", users.bp),
    ("/organization/users", visibility.bp),
    ("/organization/users", person.bp),
    ("/desk", support_figures.bp),
    ("/desk/choices", desk_choices.bp),
    ("/desk/service-requests", request_desk.bp),
    ("/desk/service-requests", taking.bp),
    ("/desk/service-requests", request_deeds.bp),
    ("/desk/service-requests", request_news.bp),
    ("/desk/service-requests", desk_followers.bp),
    ("/desk/service-requests", copy_contacts.bp),
    ("/desk/service-requests", deed_choices.bp),
    ("/desk/service-requests", cloud_partner_desk.bp),
    ("/desk/staff", staff.bp),
    ("/desk/standard-answers", standard_answers.bp),
    ("/desk/uploads", uploads.desk_bp),
    ("/password-reset", passwords.bp),
    ("/postal-codes", postal_codes.bp),
    ("/products", products.bp),
    ("/products/counts", product_counts.bp),
    ("/products/import", product_imports.bp),
    ("/products/import", import_tables.bp),
    ("/products/registration", registration.bp),
    ("/", profile_address.bp),
    ("/profile", profile.bp),
    ("/profile/data", personal_data.bp),
    ("/profile/notices", notices.bp),
    ("/notices", my_notices.bp),
    ("/notices/stop", notice_stopping.bp),
    ("/profile/security", profile_security.bp),
    ("/profile/security", factors.bp),
    ("/profile/security/passkeys", passkey_routes.bp),
    ("/profile/security/recovery-codes", recovery_routes.bp),
    ("/search", search.bp),
    ("/desk", search.desk_bp),
    ("/partner", search.partner_bp),
    ("/service-requests", service_requests.bp),
    ("/service-requests", request_pages.bp),
    ("/service-requests", replying.bp),
    ("/service-requests", closing.bp),
    ("/service-requests", escalation.bp),
    ("/service-requests", followers.bp),
    ("/service-requests", rating.bp),
    ("/service-requests", papers.bp),
    ("/service-requests", cloud_partners.bp),
    ("/ratings", rating.links_bp),
    ("/service-requests", request_opening.bp),
    ("/service-requests/new", request_choices.bp),
    ("/service-requests/new", request_drafts.bp),
    ("/service-requests/new", request_similar.bp),
    ("/service-requests/new", several_requests.bp),
    ("/sign-in", proofs.bp),
    ("/sign-in", passkeys.bp),
    ("/sign-in", second_step.bp),
    ("/sign-in", single_sign_on.bp),
    ("/uploads", uploads.bp),
    ("/status", incidents.bp),
]
