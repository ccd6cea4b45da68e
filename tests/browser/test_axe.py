"""Axe on every page one can come to, each by someone who may, and on what comes back refused.

The pages are those of the URL map: one that is neither in PAGES nor in ELSEWHERE fails.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page

from portal.app import create_app
from portal.base.references import reference
from portal.catalogue.models import ProductModel
from portal.employees.links import employee_token
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.watching import is_wide
from tests.conftest import SETTINGS

WAITING, CLOUD = "SR-1000031", "SR-1000077"  # of the demo
KARI, ADMIN, ERIK, ANNA = "kari@nordlys", "admin@poly", "erik@poly", "anna@poly"
PETRA = "petra@poly"
SIRI, LARS = "siri@vestnett", "lars@poly"
# What a rule is asked with, and by whom. {…} stands for a record's reference.
PAGES: dict[str, tuple[str, list[str]]] = {
    "/": (KARI, ["/"]),
    "/<any(accessibility, contact, cookies, privacy, terms):name>": (
        "",
        ["/accessibility", "/contact", "/cookies", "/privacy", "/terms"],
    ),
    "/accounts": (KARI, ["/accounts"]),
    "/desk/accounts": (ADMIN, ["/desk/accounts", "/desk/accounts?q=finnesikke"]),
    "/desk/accounts/reason": (ADMIN, ["/desk/accounts/reason"]),
    "/desk": (
        ANNA,
        ["/desk", "/desk?view=waiting&severity=high", "/desk?q=finnesikke", "/desk?view=escalated"],
    ),
    "/desk/agreements": (ADMIN, ["/desk/agreements"]),
    "/desk/agreements/<number>": (ADMIN, ["/desk/agreements/PPE-204417"]),
    "/desk/agreements/<number>/terms": (ADMIN, ["/desk/agreements/PPE-204417/terms"]),
    "/desk/agreements/new": (ADMIN, ["/desk/agreements/new"]),
    "/desk/catalogue": (ADMIN, ["/desk/catalogue", "/desk/catalogue?q=finnesikke"]),
    "/desk/catalogue/<ref>": (ADMIN, ["/desk/catalogue/{model}"]),
    "/desk/catalogue/<ref>/facts": (ADMIN, ["/desk/catalogue/{model}/facts"]),
    "/desk/catalogue/new": (ADMIN, ["/desk/catalogue/new"]),
    "/desk/jobs": (ADMIN, ["/desk/jobs"]),
    "/desk/jobs/<int(max=2147483647):job_id>": (ADMIN, ["/desk/jobs/{job}"]),
    "/desk/log": (ADMIN, ["/desk/log"]),
    "/desk/mailbox": (ADMIN, ["/desk/mailbox"]),
    "/desk/mailbox/<int(max=2147483647):mail_id>": (ADMIN, ["/desk/mailbox/{mail}"]),
    "/desk/accounts/<number>": (ADMIN, ["/desk/accounts/1042-2107-3"]),
    "/desk/accounts/<number>/administrators/new": (
        ADMIN,
        ["/desk/accounts/1042-2107-3/administrators/new"],
    ),
    "/desk/accounts/<number>/closure": (ADMIN, ["/desk/accounts/1042-2107-3/closure"]),
    "/desk/accounts/new": (ADMIN, ["/desk/accounts/new"]),
    "/desk/staff": (ADMIN, ["/desk/staff", "/desk/staff?gone=1"]),
    "/desk/staff/<reference>": (ADMIN, ["/desk/staff/{agent}"]),
    "/desk/staff/new": (ADMIN, ["/desk/staff/new"]),
    "/desk/partners": (ADMIN, ["/desk/partners", "/desk/partners?q=finnesikke"]),
    "/desk/partners/<reference>": (ADMIN, ["/desk/partners/{partner}"]),
    "/desk/partners/<reference>/administrators/new": (
        ADMIN,
        ["/desk/partners/{partner}/administrators/new"],
    ),
    "/desk/partners/<reference>/closure": (ADMIN, ["/desk/partners/{partner}/closure"]),
    "/desk/partners/new": (ADMIN, ["/desk/partners/new"]),
    "/desk/style": (ADMIN, ["/desk/style"]),
    "/help": ("", ["/help"]),
    "/help/<name>": ("", ["/help/import", "/help/coverage"]),
    "/organization/partners": (
        KARI,
        ["/organization/partners", "/organization/partners?ended=1"],
    ),
    "/organization/partners/<reference>": (KARI, ["/organization/partners/{grant}"]),
    "/organization/partners/<reference>/access": (KARI, ["/organization/partners/{grant}/access"]),
    "/organization/partners/<reference>/withdrawal": (
        KARI,
        ["/organization/partners/{grant}/withdrawal"],
    ),
    "/organization/partners/new": (KARI, ["/organization/partners/new"]),
    "/organization/partners/requests/<reference>": (
        KARI,
        ["/organization/partners/requests/{request}"],
    ),
    "/organization/log": (KARI, ["/organization/log"]),
    "/organization/sites": (KARI, ["/organization/sites", "/organization/sites?q=finnesikke"]),
    "/organization/sites/<reference>": (KARI, ["/organization/sites/{site}"]),
    "/organization/sites/<reference>/details": (KARI, ["/organization/sites/{site}/details"]),
    "/organization/sites/new": (KARI, ["/organization/sites/new"]),
    "/organization/users": (
        KARI,
        ["/organization/users", "/organization/users?q=finnesikke", "/organization/users?away=1"],
    ),
    "/partner": (SIRI, ["/partner", "/partner?q=finnesikke"]),
    "/partner/users": (SIRI, ["/partner/users", "/partner/users?q=finnesikke"]),
    "/partner/users/<reference>": (SIRI, ["/partner/users/{colleague}"]),
    "/partner/users/<reference>/second-factor": (
        SIRI,
        ["/partner/users/{colleague}/second-factor"],
    ),
    "/partner/users/new": (SIRI, ["/partner/users/new"]),
    "/partner/requests": (SIRI, ["/partner/requests"]),
    "/partner/returns": (SIRI, ["/partner/returns", "/partner/returns?view=return"]),
    "/partner/requests/new": (SIRI, ["/partner/requests/new"]),
    "/invitations/<token>": ("", ["/invitations/forbi"]),
    "/invitations/accepted": (KARI, ["/invitations/accepted"]),
    "/organization/invitations/<reference>": (KARI, ["/organization/invitations/{invitation}"]),
    "/organization/users/<reference>": (KARI, ["/organization/users/{member}"]),
    "/organization/users/<reference>/rights": (KARI, ["/organization/users/{member}/rights"]),
    "/organization/users/new": (KARI, ["/organization/users/new"]),
    "/organization/users/visibility": (KARI, ["/organization/users/visibility"]),
    "/desk/people/<int(max=2147483647):user_id>/second-factor": (
        ADMIN,
        ["/desk/people/1/second-factor"],
    ),
    "/organization/sign-in": (KARI, ["/organization/sign-in"]),
    "/organization/users/<reference>/second-factor": (
        KARI,
        ["/organization/users/{member}/second-factor"],
    ),
    "/password-reset": ("", ["/password-reset"]),
    "/password-reset/<token>": ("", ["/password-reset/forbi"]),
    "/password-reset/sent": ("", ["/password-reset/sent"]),
    "/products": (KARI, ["/products", "/products?q=finnesikke", "/products?q=savi&category=video"]),
    "/products/<reference>": (KARI, ["/products/{product}", "/products/P-0"]),
    "/products/counts/<reference>": (KARI, ["/products/counts/{count}"]),
    "/products/counts/new": (KARI, ["/products/counts/new"]),
    "/products/import": (KARI, ["/products/import"]),
    "/products/import/<reference>": (KARI, ["/products/import/{import}"]),
    "/products/registration": (KARI, ["/products/registration"]),
    "/products/registration/lookup": (KARI, ["/products/registration/lookup?serial_number=ESH746"]),
    "/products/registration/models": (KARI, ["/products/registration/models?model=savi"]),
    "/products/registration/scan": (KARI, ["/products/registration/scan"]),
    "/service-requests": (
        KARI,
        ["/service-requests", "/service-requests?view=waiting", "/service-requests?q=finnesikke"],
    ),
    "/service-requests/<reference>/receipt": (KARI, ["/service-requests/{asked}/receipt"]),
    "/service-requests/new": (
        KARI,
        ["/service-requests/new", "/service-requests/new?product={product}"],
    ),
    "/service-requests/new/several": (KARI, ["/service-requests/new/several"]),
    "/service-requests/new/similar": (
        KARI,
        ["/service-requests/new/similar?subject=ingen+lyd+møterom"],
    ),
    "/service-requests/<reference>": (
        KARI,
        [f"/service-requests/{it}" for it in ("SR-1000015", "SR-1000028", WAITING, "SR-1000044")],
    ),
    "/service-requests/<reference>/closure": (KARI, [f"/service-requests/{WAITING}/closure"]),
    "/service-requests/<reference>/escalation": (
        KARI,
        [f"/service-requests/{it}/escalation" for it in (WAITING, "SR-1000044")],
    ),
    "/service-requests/<reference>/cloud-partner": (
        "ingrid@fjordhelse",
        [f"/service-requests/{CLOUD}/cloud-partner"],
    ),
    "/service-requests/<reference>/news": (KARI, [f"/service-requests/{WAITING}/news"]),
    "/ratings/<token>": ("", ["/ratings/forbi"]),
    "/organization/employees": (KARI, ["/organization/employees"]),
    "/organization/employees/poster": (KARI, ["/organization/employees/poster"]),
    "/r/<token>": ("", ["/r/forbi", "{link}"]),
    "/r/<token>/scan": ("", ["{link}/scan"]),
    "/r/<token>/mail/<secret>": ("", ["{link}/mail/forbi"]),
    "/track/<token>": ("", ["/track/forbi"]),
    "/ratings/<token>/thanks": ("", ["/ratings/forbi/thanks"]),
    "/products/sites": (KARI, ["/products/sites?site=tr"]),
    "/email-confirmation/<token>": ("", ["/email-confirmation/forbi"]),
    "/profile": (KARI, ["/profile"]),
    "/profile/data": (KARI, ["/profile/data"]),
    "/profile/data/deleted": ("", ["/profile/data/deleted"]),
    "/profile/data/deletion": (KARI, ["/profile/data/deletion"]),
    "/profile/notices": (KARI, ["/profile/notices"]),
    "/notices": (KARI, ["/notices"]),
    "/profile/security": (KARI, ["/profile/security"]),
    "/profile/security/email": (KARI, ["/profile/security/email"]),
    "/profile/security/password": (KARI, ["/profile/security/password"]),
    "/profile/security/authenticator": (KARI, ["/profile/security/authenticator"]),
    "/profile/security/passkeys/<int(max=2147483647):passkey_id>": (
        KARI,
        ["/profile/security/passkeys/1"],
    ),
    "/profile/security/passkeys/new": (KARI, ["/profile/security/passkeys/new"]),
    "/profile/security/recovery-codes": (KARI, ["/profile/security/recovery-codes"]),
    "/profile/security/second-factor": (KARI, ["/profile/security/second-factor"]),
    "/sign-in": ("", ["/sign-in"]),
    "/sign-in/again": (KARI, ["/sign-in/again"]),
    "/sign-in/code": ("", ["/sign-in/code"]),
    "/sign-in/organization/answer": ("", ["/sign-in/organization/answer"]),
    "/sign-in/organization/signed-out": ("", ["/sign-in/organization/signed-out"]),
    "/status": ("", ["/status"]),
    "/status/<reference>": ("", ["/status/{incident}"]),
    "/known-issues": (
        KARI,
        ["/known-issues", "/known-issues?models=all", "/known-issues?q=finnesikke"],
    ),
    "/known-issues/<reference>": (KARI, ["/known-issues/{issue}", "/known-issues/{english}"]),
    "/desk/known-issues": (ERIK, ["/desk/known-issues", "/desk/known-issues?q=finnesikke"]),
    "/desk/known-issues/<ref>": (
        ERIK,
        ["/desk/known-issues/{issue}", "/desk/known-issues/{draft}"],
    ),
    "/desk/known-issues/<ref>/facts": (ERIK, ["/desk/known-issues/{issue}/facts"]),
    "/desk/known-issues/new": (ERIK, ["/desk/known-issues/new"]),
    "/desk/escalations": (
        ERIK,
        ["/desk/escalations", *(f"/desk/escalations?which={it}" for it in ("nobodys", "ended"))],
    ),
    "/desk/escalations/<ref>": (ERIK, ["/desk/escalations/{escalation}"]),
    "/desk/figures": (ERIK, ["/desk/figures", "/desk/figures?customer=finnesikke"]),
    "/desk/incidents": (ERIK, ["/desk/incidents", "/desk/incidents?which=over&q=finnesikke"]),
    "/desk/incidents/<ref>": (ERIK, ["/desk/incidents/{incident}"]),
    "/desk/incidents/<ref>/facts": (ERIK, ["/desk/incidents/{incident}/facts"]),
    "/desk/incidents/new": (ERIK, ["/desk/incidents/new"]),
}
_DEED = (
    "/desk/service-requests/<ref>/<any(ownership, status, severity, workaround, escalation,"
    " time, 'known-issue', incident, link, merger, split, copy, reopening):deed>"
)
_STEP = (
    "/desk/service-requests/<ref>/cloud-partner/<any(agreement, authorization, isolating,"
    " incident, findings, call, workaround, referral):stage>"
)
PAGES |= {
    "/desk/incidents/<ref>/answers": (ERIK, ["/desk/incidents/{incident}/answers"]),
    "/desk/service-requests/<ref>": (
        ERIK,
        ["/desk/service-requests/{asked}", "/desk/service-requests/{asked}?write=note"],
    ),
    "/desk/service-requests/<ref>/cloud-partner": (
        ERIK,
        [f"/desk/service-requests/{it}/cloud-partner" for it in (CLOUD, "{asked}")],
    ),
    _STEP: (
        ERIK,
        [f"/desk/service-requests/{CLOUD}/cloud-partner/{it}" for it in ("incident", "call")],
    ),
    "/desk/search": (ERIK, ["/desk/search?q=lyd", "/desk/search?q=finnesikke", "/desk/search"]),
    "/search": (KARI, ["/search?q=lyd", "/search?q=finnesikke", "/search"]),
    "/partner/search": (SIRI, ["/partner/search?q=studio&all=1", "/partner/search?q=finnesikke"]),
    "/desk/customer": (ANNA, ["/desk/customer?back=/products/{product}"]),
    "/partner/customer": (SIRI, [f"/partner/customer?back=/service-requests/{WAITING}"]),
    "/desk/service-requests/<ref>/followers": (ERIK, ["/desk/service-requests/{asked}/followers"]),
    "/desk/service-requests/<ref>/news": (ERIK, ["/desk/service-requests/{asked}/news"]),
    _DEED: (
        ERIK,
        [
            f"/desk/service-requests/{{asked}}/{deed}"
            for deed in [
                "ownership",
                "status",
                "severity",
                "escalation",
                "link",
                "split",
                "copy",
                "time",
            ]
        ],
    ),
    "/desk/delivery-times": (LARS, ["/desk/delivery-times"]),
    "/desk/logistics": (
        LARS,
        ["/desk/logistics", *(f"/desk/logistics?view={it}" for it in ("approve", "returns"))],
    ),
    "/desk/logistics/<ref>": (LARS, ["/desk/logistics/{replacement}"]),
    "/desk/returns": (
        LARS,
        [f"/desk/returns?view={it}" for it in ("extensions", "overdue", "charged")],
    ),
    "/desk/returns/<ref>": (LARS, ["/desk/returns/{replacement}"]),
    "/replacements/<reference>/extension": (KARI, ["/replacements/{replacement}/extension"]),
    "/replacements/<reference>/correction": (KARI, ["/replacements/{replacement}/correction"]),
    "/replacements/<reference>/certificate": (KARI, ["/replacements/{replacement}/certificate"]),
    "/downloads": (KARI, ["/downloads", "/downloads?q=ccx", "/downloads?q=finnesikke"]),
    "/downloads/<ref>": (KARI, ["/downloads/{phone}"]),
    "/downloads/log": (KARI, ["/downloads/log"]),
    "/downloads/following": (KARI, ["/downloads/following", "/downloads/following?q=voyager"]),
    "/downloads/end-dates": (KARI, ["/downloads/end-dates"]),
    "/notices/stop/<token>": ("", ["/notices/stop/forbi"]),
    "/downloads/releases/<reference>": (KARI, ["/downloads/releases/{release}"]),
    "/downloads/releases/<reference>/file": (KARI, ["/downloads/releases/{release}/file"]),
    "/desk/publish": (PETRA, ["/desk/publish", "/desk/publish?q=finnesikke"]),
    "/desk/publish/releases/new": (PETRA, ["/desk/publish/releases/new"]),
    "/desk/publish/releases/<ref>": (PETRA, ["/desk/publish/releases/{release}"]),
    "/desk/publish/releases/<ref>/facts": (PETRA, ["/desk/publish/releases/{release}/facts"]),
    "/desk/publish/releases/<ref>/preview": (PETRA, ["/desk/publish/releases/{release}/preview"]),
    "/desk/publish/documents": (PETRA, ["/desk/publish/documents"]),
    "/desk/publish/documents/new": (PETRA, ["/desk/publish/documents/new"]),
    "/desk/publish/documents/<ref>": (PETRA, ["/desk/publish/documents/{document}"]),
    "/desk/publish/documents/<ref>/facts": (PETRA, ["/desk/publish/documents/{document}/facts"]),
    "/desk/publish/terms": (PETRA, ["/desk/publish/terms"]),
    "/licenses": (KARI, ["/licenses", "/licenses?q=finnesikke", "/licenses?status=expiring"]),
    "/licenses/<reference>": (KARI, ["/licenses/{license}"]),
    "/licenses/<reference>/papers": (KARI, ["/licenses/{license}/papers"]),
    "/licenses/activation": (KARI, ["/licenses/activation"]),
    "/licenses/entitlements": (KARI, ["/licenses/entitlements"]),
    "/licenses/seats": (KARI, ["/licenses/seats", "/licenses/seats?picked={license}"]),
    "/signing": ("", ["/signing"]),
    "/licenses/assignments/<reference>/move": (KARI, ["/licenses/assignments/{seat}/move"]),
    "/licenses/assignments/devices": (KARI, ["/licenses/assignments/devices?device=8G"]),
    "/licenses/assignments/sites": (KARI, ["/licenses/assignments/sites?site=o"]),
    "/desk/logistics/approvals": (LARS, ["/desk/logistics/approvals"]),
    "/desk/logistics/carriers": (LARS, ["/desk/logistics/carriers"]),
    "/desk/logistics/parts": (LARS, ["/desk/logistics/parts"]),
    "/desk/logistics/parts/<int(max=2147483647):part_id>": (LARS, ["/desk/logistics/parts/1"]),
    "/replacements/parts": (KARI, ["/replacements/parts", "/replacements/parts?q=finnesikke"]),
    "/replacements/parts/new": (KARI, ["/replacements/parts/new?part=85S19AA"]),
    "/desk/logistics/rules": (LARS, ["/desk/logistics/rules"]),
    "/desk/logistics/stock": (LARS, ["/desk/logistics/stock"]),
    "/desk/logistics/stock/<int(max=2147483647):line_id>": (LARS, ["/desk/logistics/stock/1"]),
    "/replacements": (KARI, ["/replacements", "/replacements?q=finnesikke"]),
    "/replacements/<reference>": (KARI, ["/replacements/{replacement}"]),
    "/replacements/<reference>/label": (KARI, ["/replacements/{replacement}/label"]),
    "/replacements/labels": (KARI, ["/replacements/labels"]),
    "/replacements/<reference>/receipt": (KARI, ["/replacements/{replacement}/receipt"]),
    "/replacements/new": (
        KARI,
        [
            *("/replacements/new", "/replacements/new?q=finnesikke"),
            "/replacements/new?product={product}",
            "/replacements/new?count={count}&fault=",
            "/replacements/new?product={product}&fault=other",
        ],
    ),
    "/desk/mail-intake": (ANNA, ["/desk/mail-intake", "/desk/mail-intake?q=finnesikke"]),
    "/desk/mail-intake/<int(max=2147483647):mail_id>": (ANNA, ["/desk/mail-intake/{received}"]),
    "/desk/mail-intake/<int(max=2147483647):mail_id>/original": (
        ANNA,
        ["/desk/mail-intake/{received}/original"],
    ),
    "/desk/standard-answers": (ERIK, ["/desk/standard-answers"]),
    "/desk/standard-answers/<ref>": (ERIK, ["/desk/standard-answers/{standard}"]),
    "/desk/standard-answers/new": (ERIK, ["/desk/standard-answers/new"]),
}
# No pages: files, words for machines, lists for a field, what leads on, what only a fault brings.
ELSEWHERE = {
    # After one has shown who one is: test_employee*.py look at these.
    "/r/<token>/code",
    "/r/<token>/device",
    "/replacements/<reference>/device",
    "/r/<token>/order",
    "/r/<token>/receipt",
    "/postal-codes/<code>",
    "/desk/logistics/<ref>/packing-slip.pdf",
    "/downloads/log/downloads.<any(csv, xlsx):format>",
    "/desk/publish/releases/<ref>/file",
    "/licenses/licenses.<any(csv, xlsx):format>",
    "/licenses/import/template.<any(csv, xlsx):format>",
    "/licenses/<reference>/file.minisig",
    "/licenses/papers/<reference>",
    # Staff in a customer's account: test_license_desk.py looks at these.
    "/licenses/<reference>/terms",
    "/licenses/<reference>/revocation",
    "/licenses/<reference>/successor",
    "/licenses/import",
    "/licenses/import/<reference>",
    *(
        f"/downloads/{it}/manifest.json{end}"
        for it in ("<ref>", "releases/<reference>")
        for end in ("", ".minisig")
    ),
    "/downloads/documents/<reference>/file",
    "/downloads/mirror.txt",
    "/downloads/end-dates.ics",
    "/downloads/calendar/<token>.ics",
    "/downloads/feed/<token>.atom",
    "/signing/minisign.pub",
    "/desk/publish/files/<token>",
    "/replacements/replacements.<any(csv, xlsx):format>",
    "/replacements/<reference>/label.pdf",
    "/replacements/labels.pdf",
    "/replacements/<reference>/certificate/file",
    "/desk/returns/<ref>/certificate/file",
    "/desk/returns/charges.<any(csv, xlsx):format>",
    "/desk/queue/colleagues",
    "/desk/queue/news",
    "/desk/queue/requests.<any(csv, xlsx):format>",
    "/desk/mail-intake/<int(max=2147483647):mail_id>/original/file",
    "/desk/choices/customers",
    "/desk/choices/partners",
    "/desk/service-requests/<ref>/contacts",
    "/desk/service-requests/<ref>/choices/<any(issues, incidents, requests):of>",
    "/desk/service-requests/<ref>/files/<int(max=2147483647):file_id>",
    "/desk/figures.<any(csv, xlsx):format>",
    "/desk/log/log.<any(csv, xlsx):format>",
    "/healthz",
    "/organization/partners/choices",
    "/partner/users/customers",
    "/metrics",
    "/organization/users/colleagues",
    "/organization/users/users.<any(csv, xlsx):format>",
    "/organization/log/log.<any(csv, xlsx):format>",
    "/products/devices.<any(csv, xlsx):format>",
    "/products/import/<reference>/changes.<any(csv, xlsx):format>",
    "/products/import/<reference>/faults.<any(csv, xlsx):format>",
    "/products/import/template.<any(csv, xlsx):format>",
    "/service-requests/requests.<any(csv, xlsx):format>",
    "/service-requests/new/colleagues",
    "/service-requests/new/devices",
    "/service-requests/new/models",
    "/service-requests/new/sites",
    "/service-requests/<reference>/files/<int(max=2147483647):file_id>",
    "/service-requests/<reference>/followers/choices",
    "/desk/service-requests/<ref>/followers/choices",
    "/service-requests/<reference>/cloud-partner/authorization",
    "/service-requests/<reference>/cloud-partner/calls/<int(max=2147483647):step_id>.ics",
    "/desk/service-requests/<ref>/cloud-partner/file",
    "/desk/service-requests/<ref>/cloud-partner/calls/<int(max=2147483647):step_id>.ics",
    "/service-requests/<reference>/print",  # the page, with more of its story
    "/service-requests/<reference>/request.pdf",
    "/readyz",
    "/static/<path:filename>",
    "/desk/uploads/<token>",
    "/uploads/<token>",
    "/status/feed.atom",
}
# Forms that are sent with every text in them taken out come back refused.
REFUSED = [
    ("", "/sign-in", "Logg inn"),
    (KARI, "/sign-in/again", "Fortsett"),
    (KARI, "/profile/security/authenticator", "Bekreft"),
    ("", "/password-reset", "Send lenken"),
    (KARI, "/products/registration", "Registrer enheten"),
    (KARI, "/products/import", "Kontroller filen"),
    (KARI, "/organization/sites/new", "Legg til lokasjonen"),
    ("ola@nordlys", "/profile/data/deletion", "Slett brukeren min for godt"),
    (KARI, "/organization/partners/new", "Gi tilgang"),
    (SIRI, "/partner/requests/new", "Send forespørselen"),
    (KARI, "/organization/users/new", "Send invitasjon"),
    (KARI, "/products/registration/scan", "Les bildet"),
    (KARI, "/products/counts/new", "Registrer enhetene"),
    (KARI, "/service-requests/new", "Send inn saken"),
    (KARI, "/service-requests/new/several", "Kontroller radene"),
    (KARI, "/organization/sites/{site}/details", "Lagre"),
    (ADMIN, "/desk/agreements/new", "Legg til avtale"),
    (ADMIN, "/desk/agreements/PPE-204417/terms", "Lagre"),
    (ADMIN, "/desk/catalogue/new", "Legg til modell"),
    (ADMIN, "/desk/catalogue/{model}/facts", "Lagre"),
    (KARI, f"/service-requests/{WAITING}", "Send svaret"),
    (KARI, f"/service-requests/{WAITING}/closure", "Lukk saken"),
    (KARI, f"/service-requests/{WAITING}/escalation", "Eskaler saken"),
    (ERIK, "/desk/service-requests/{asked}", "Send svar til kunden"),
    (ERIK, "/desk/service-requests/{asked}?write=note", "Lagre intern merknad"),
    (ERIK, "/desk/service-requests/{asked}/followers", "Legg til"),
    (ERIK, "/desk/service-requests/{asked}/copy", "Kopier og lukk denne"),
    (ERIK, "/desk/service-requests/{asked}/split", "Opprett den nye saken"),
    (ERIK, f"/desk/service-requests/{CLOUD}/cloud-partner/call", "Lagre trinnet"),
    (ERIK, "/desk/standard-answers/new", "Lagre standardsvaret"),
    (ERIK, "/desk/known-issues/new", "Lagre som utkast"),
    (ERIK, "/desk/known-issues/{draft}", "Merk som rettet"),
    (ERIK, "/desk/known-issues/{issue}/facts", "Lagre"),
    (ERIK, "/desk/incidents/new", "Publiser hendelsen"),
    (ERIK, "/desk/escalations/{escalation}", "Noter det du fant"),
    (ERIK, "/desk/incidents/{incident}", "Publiser oppdateringen"),
    (ERIK, "/desk/incidents/{incident}/facts", "Lagre"),
]
# A job that failed for good, which only a fault brings about.
_NOW = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
GIVEN_UP = f"""INSERT INTO job (name, payload, asked_at, tries, error, parked_at)
    VALUES ('mail.send', '{{}}', {_NOW}, 5, 'Trouble: no answer', {_NOW})"""
# A mail that nobody knows whose it is, which only the mail server brings about.
RECEIVED = f"""INSERT INTO inbound_mail (key, size, received_at, returned, recipients, state,
    reason, message_id, digest, sender, sender_name, subject, text, file_names, remark)
    SELECT 'received-and-gone', 900, {_NOW}, 0,
    '["support@localhost"]', 'parked', 'unknown', '1@x',
    '', 'per@fjordhelse.example.com', 'Per', 'Logg', 'Her er loggen.', '["a.txt"]', ''"""
EVERYTHING = os.environ.get("PORTAL_TEST_ALL") == "1"
LOOKS = [
    pytest.param(
        {"color_scheme": scheme, "language": language, "width": width},
        id=f"{scheme}-{language}-{width}",
    )
    for scheme in (("light", "dark") if EVERYTHING else ("light",))
    for language in (("nb", "en") if EVERYTHING else ("nb",))
    for width in ((1280, 360, 320) if EVERYTHING else (1280,))
]


def records(portal: Portal) -> dict[str, str]:
    tables = {"product": "P", "site": "S", "product_count": "PC", "product_import": "I"}
    tables |= {"access_request": "AR", "invitation": "INV", "membership": "U"}
    tables |= {"replacement": "RMA"}
    with closing(portal.connect()) as database:
        _ask_for_access(database)
        _ask_for_replacement(database)
        database.execute(GIVEN_UP)
        database.execute(RECEIVED)
        pal = "SELECT id FROM user WHERE email = 'pal@vestnett.example.com'"
        colleague = database.execute(pal).fetchone()[0]
        anna = "SELECT id FROM user WHERE email = 'anna@poly.example.com'"
        agent = database.execute(anna).fetchone()[0]
        newest = {
            table: database.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
            for table in (
                *tables,
                ProductModel.__tablename__,
                "mail",
                "inbound_mail",
                "job",
                "incident",
                "known_issue",
            )
        }
        mine = "SELECT max(service_request.id) FROM service_request JOIN account ON"
        mine += " account.id = account_id WHERE account.name = 'Nordlys Kraft AS'"
        asked = database.execute(mine).fetchone()[0]
        escalated = database.execute("SELECT request_id FROM escalation").fetchone()[0]
        phone = "SELECT id FROM product_model WHERE name = 'CCX 500'"
        phone = database.execute(phone).fetchone()[0]
        way_in = database.execute("SELECT id, generation FROM employee_link").fetchone()
    found = {table: reference(prefix, newest[table]) for table, prefix in tables.items()}
    return {
        "link": f"/r/{employee_token(portal.secret_key, *way_in)}",
        "product": found["product"],
        "site": found["site"],
        "count": found["product_count"],
        "import": found["product_import"],
        "invitation": found["invitation"],
        "member": found["membership"],
        "model": reference("M", newest[ProductModel.__tablename__]),
        "mail": str(newest["mail"]),
        "received": str(newest["inbound_mail"]),
        "grant": reference("G", 1),
        "partner": reference("PT", 1),
        "colleague": reference("U", colleague),
        "agent": reference("U", agent),
        "request": found["access_request"],
        "job": str(newest["job"]),
        "asked": reference("SR", asked),
        "incident": reference("INC", newest["incident"]),
        "escalation": reference("SR", escalated),
        "english": reference("KI", 1),
        "issue": reference("KI", 2),
        "draft": reference("KI", newest["known_issue"]),
        "standard": reference("SA", 1),
        "license": reference("L", 1),  # of the demo
        "seat": reference("LA", 1),
        "release": reference("SW", 1),
        "document": reference("DOC", 1),
        "phone": reference("M", phone),
        "replacement": found["replacement"],
    }


def _ask_for_replacement(database: Any) -> None:
    """Kari's organization waits for a new device, if for none before."""
    database.execute(
        "INSERT INTO replacement (held, waits_for_stock, account_id, stage, returned, liability,"
        " product_id, model_id,"
        " fault, tried, untried, description, recipient, phone, street, postal_code, city, country,"
        " hours, asked_at, on_behalf, declined_because, carrier, tracking_number, shipped_at,"
        " hand_over_on, promised_on, return_due_on, retain_and_destroy, return_window,"
        " received_serial_number, condition, people, changed_at, version)"
        " SELECT '[]', 0, product.account_id, 'shipped', 'label_ready', 'at_risk', product.id,"
        " product.model_id, 'other', '[0]', 'Haster', 'Den piper.', 'Kari Nordmann',"
        " '+4722222222', 'Storgata 1', '0155', 'Oslo', 'NO', '8–16', '2026-11-19 12:00:00', 0, '',"
        " 'Posten', '370722150000001', '2026-11-19 13:00:00', '2026-11-19', '2026-11-20',"
        " '2026-12-04', 0, 10, '', '', '', '2026-11-19 13:00:00', 1 FROM product JOIN account"
        " ON account.id = product.account_id WHERE account.name = 'Nordlys Kraft AS'"
        " AND NOT EXISTS (SELECT 1 FROM replacement) ORDER BY product.id LIMIT 1"
    )
    database.commit()


def _ask_for_access(database: Any) -> None:
    """A partner asks Kari's organization, if none did before."""
    database.execute(
        "INSERT INTO access_request (partner_id, digits, account_id, permissions, message,"
        " asked_by_id, asked_at, waiting) SELECT user.partner_id, account.digits, account.id,"
        " '[\"account:view\"]', 'Hei!', user.id, '2026-11-20 12:00:00', 1 FROM user, account"
        " WHERE user.email LIKE 'jonas@sornett%' AND account.name = 'Nordlys Kraft AS'"
        " AND NOT EXISTS (SELECT 1 FROM access_request)"
    )
    database.commit()


def test_every_page_is_looked_at() -> None:
    rules = create_app(SETTINGS).url_map.iter_rules()

    assert {rule.rule for rule in rules if "GET" in (rule.methods or ())} == {*PAGES, *ELSEWHERE}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("person", sorted({person for person, _paths in PAGES.values()}))
def test_axe_finds_nothing(
    stocked: Portal, visit: Visit, person: str, look: dict[str, Any]
) -> None:
    known = records(stocked)
    page = visit(person, **look)

    found = {
        path: troubles
        for who, paths in PAGES.values()
        if who == person
        for path in (each.format(**known) for each in paths)
        if (troubles := list(_troubles(page, path)))
    }

    assert found == {}


@pytest.mark.parametrize(("person", "path", "button"), REFUSED)
def test_axe_finds_nothing_on_what_is_refused(
    stocked: Portal, visit: Visit, person: str, path: str, button: str
) -> None:
    page = visit(person)
    page.goto(path.format(**records(stocked)))
    for box in page.get_by_role("main").get_by_role("textbox").all():
        box.fill("")
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=button, exact=True).click()

    assert page.title().startswith("Feil:")
    assert violations(page) == []


def _troubles(page: Page, path: str) -> Iterator[str]:
    page.goto(path)
    yield from violations(page)
    if is_wide(page):
        yield "the page is wider than the screen"
