"""What people do that is kept on record."""

from portal.base.words import N_, LabelledEnum


class What(LabelledEnum):
    """What happened, worded so that a name and a time can stand beside it."""

    ACCESS_ASKED = "access_asked", N_("Access asked for")
    ACCESS_CHANGED = "access_changed", N_("Partner's access changed")
    ACCESS_DECLINED = "access_declined", N_("Request for access declined")
    ACCESS_ENDED = "access_ended", N_("Access ended")
    ACCESS_GIVEN = "access_given", N_("Partner given access")
    ACCESS_RESTORED = "access_restored", N_("Access given back")
    ACCESS_WITHDRAWN = "access_withdrawn", N_("Partner's access withdrawn")
    ANSWERED = "answered", N_("Answered")
    APPROVED = "approved", N_("Approved")
    ASSIGNED = "assigned", N_("Given to somebody")
    BROUGHT_BACK = "brought_back", N_("Brought back into use")
    CALLED_OFF = "called_off", N_("Called off")
    CHANGED = "changed", N_("Changed")
    CERTIFICATE_ACCEPTED = "certificate_accepted", N_("Certificate of destruction accepted")
    CERTIFICATE_REFUSED = "certificate_refused", N_("Certificate of destruction refused")
    CERTIFICATE_SENT = "certificate_sent", N_("Certificate of destruction sent in")
    CHARGED = "charged", N_("Charged at list price")
    CLOSED = "closed", N_("Closed")
    CLOUD_PARTNER_BEGUN = "cloud_partner_begun", N_("Cloud partner support begun")
    CLOUD_PARTNER_STEP = "cloud_partner_step", N_("Step with the cloud partner")
    COUNTED = "counted", N_("Number changed")
    CREATED = "created", N_("Created")
    DEAD_ON_ARRIVAL = "dead_on_arrival", N_("The new device did not work either")
    DECLINED = "declined", N_("Declined")
    DELIVERED = "delivered", N_("Delivered")
    DOMAIN_PROVEN = "domain_proven", N_("Domain proven")
    DOMAIN_REMOVED = "domain_removed", N_("Domain removed")
    DOWNLOADED = "downloaded", N_("Downloaded")
    EMAIL_CHANGED = "email_changed", N_("E-mail address changed")
    ERASED = "erased", N_("User deleted")
    EMPLOYEE_APPROVED = "employee_approved", N_("Approved for the employee")
    EMPLOYEE_ASKED = "employee_asked", N_("An employee without an account asked for it")
    EMPLOYEE_LINK_CHANGED = "employee_link_changed", N_("Employees' link: settings changed")
    EMPLOYEE_LINK_CLOSED = "employee_link_closed", N_("Employees' link switched off")
    EMPLOYEE_LINK_OPENED = "employee_link_opened", N_("Employees' link switched on")
    EMPLOYEE_LINK_RENEWED = "employee_link_renewed", N_("Employees' link renewed")
    ESCALATED = "escalated", N_("Escalated")
    ESCALATION_ENDED = "escalation_ended", N_("Escalation ended")
    ESCALATION_HANDED_OVER = "escalation_handed_over", N_("Escalation handed over")
    ESCALATION_TAKEN = "escalation_taken", N_("Escalation taken")
    EXTENSION_ASKED = "extension_asked", N_("More time asked for")
    EXTENSION_GRANTED = "extension_granted", N_("More time granted")
    EXTENSION_REFUSED = "extension_refused", N_("More time refused")
    FACTOR_ADDED = "factor_added", N_("Two-step verification: passkey or app added")
    FACTOR_REMOVED = "factor_removed", N_("Two-step verification: passkey or app removed")
    FACTORS_DEMANDED = "factors_demanded", N_("Two-step verification made compulsory")
    FACTORS_OPTIONAL = "factors_optional", N_("Two-step verification made optional")
    FACTORS_RESET = "factors_reset", N_("Two-step verification reset by an administrator")
    FOLLOWED = "followed", N_("Follower added")
    FIXED = "fixed", N_("Fixed")
    HANDED_OVER = "handed_over", N_("Handed over to a colleague")
    INCIDENT_LINKED = "incident_linked", N_("Connected with an incident")
    IDENTITY_LINKED = "identity_linked", N_("Connected with single sign-on")
    IMPORTED = "imported", N_("Device list imported")
    IMPORT_UNDONE = "import_undone", N_("Import undone")
    INVITATION_RENEWED = "invitation_renewed", N_("Invitation sent again")
    INVITATION_WITHDRAWN = "invitation_withdrawn", N_("Invitation withdrawn")
    INVITED = "invited", N_("Invited")
    JOINED = "joined", N_("Accepted the invitation")
    JOINED_BY_SIGN_IN = "joined_by_sign_in", N_("Came in through single sign-on")
    KEY_COPIED = "key_copied", N_("License key copied")
    KEY_SHOWN = "key_shown", N_("License key shown")
    KEPT_THE_OTHER = "kept_the_other", N_("The other device was kept")
    KNOWN_ISSUE_LINKED = "known_issue_linked", N_("Connected with a known issue")
    LICENSE_ASSIGNED = "license_assigned", N_("License assigned")
    LICENSE_TAKEN_BACK = "license_taken_back", N_("License taken back")
    LINKED = "linked", N_("Connected with another request")
    MAIL_ATTACHED = "mail_attached", N_("E-mail added to a request as an internal note")
    MAIL_DISCARDED = "mail_discarded", N_("E-mail discarded")
    MAIL_NOTED = "mail_noted", N_("Automatic e-mail noted")
    MAIL_PARKED = "mail_parked", N_("E-mail set aside")
    MAIL_TAKEN = "mail_taken", N_("E-mail became a message")
    MAIL_TAKEN_OVER = "mail_taken_over", N_("E-mail taken over as an answer")
    MERGED = "merged", N_("Merged")
    MOVED = "moved", N_("Moved")
    NOTED = "noted", N_("Internal note written")
    OFFERED_AGAIN = "offered_again", N_("Offered again")
    OVERDUE = "overdue", N_("Not sent back in time")
    OPENED = "opened", N_("Request opened")
    PARTS_ASKED = "parts_asked", N_("Spare parts asked for")
    PASSWORD_CHANGED = "password_changed", N_("Password changed")
    PROVIDER_CHANGED = "provider_changed", N_("Single sign-on set up or changed")
    PROVIDER_DEMANDED = "provider_demanded", N_("Single sign-on made compulsory")
    PROVIDER_OPTIONAL = "provider_optional", N_("Single sign-on made optional")
    PROVIDER_REMOVED = "provider_removed", N_("Single sign-on removed")
    PUBLISHED = "published", N_("Published")
    RATED = "rated", N_("Told how satisfied they are")
    REACHED = "reached", N_("Account opened")
    RECOVERY_CODES_MADE = "recovery_codes_made", N_("New recovery codes made")
    RECOVERY_CODE_USED = "recovery_code_used", N_("Recovery code used")
    RECEIPT_CORRECTED = "receipt_corrected", N_("What came back is described anew")
    RECEIVED_BACK = "received_back", N_("Received back")
    REFUSED = "refused", N_("Turned away")
    REGISTERED = "registered", N_("Registered")
    REMEDY_RECORDED = "remedy_recorded", N_("Repair or workaround recorded")
    REMOVED = "removed", N_("Removed")
    REPLACED = "replaced", N_("Replaced by a new one")
    REPLACEMENT_ASKED = "replacement_asked", N_("Replacement asked for")
    REOPENED = "reopened", N_("Opened again")
    RETIRED = "retired", N_("Taken out of use")
    REVOKED = "revoked", N_("Revoked")
    RIGHTS_CHANGED = "rights_changed", N_("Role or sites changed")
    ROLES_SEE = "roles_see", N_("What each role sees decided")
    SETTLED = "settled", N_("Settled")
    SETTLEMENT_PROPOSED = "settlement_proposed", N_("Settlement proposed")
    SETTLEMENT_REFUSED = "settlement_refused", N_("Settlement refused")
    SEVERITY_CHANGED = "severity_changed", N_("Severity changed")
    SHIPMENT_CORRECTED = "shipment_corrected", N_("Number of the shipment corrected")
    SHIPPED = "shipped", N_("Shipped")
    SIGNED_IN = "signed_in", N_("Signed in")
    SIGNED_OUT = "signed_out", N_("Signed out")
    SIGN_INS_ENDED = "sign_ins_ended", N_("Signed out other browsers")
    SIGN_IN_FAILED = "sign_in_failed", N_("Sign-in refused")
    STOCK_RECEIVED = "stock_received", N_("Received in stock")
    SPLIT = "split", N_("Split")
    STATUS_CHANGED = "status_changed", N_("Status changed")
    TIME_ADDED = "time_added", N_("Time noted")
    TOOK_ITS_PLACE = "took_its_place", N_("Took the place of a faulty one")
    UNFOLLOWED = "unfollowed", N_("Follower removed")
    UNLINKED = "unlinked", N_("Connection with a known issue or an incident removed")
    UPDATE_PROMISED = "update_promised", N_("Next update promised")
    UPDATED = "updated", N_("Update written")
    WITHDRAWN = "withdrawn", N_("Withdrawn: customers do not see it any more")
    WAIVED = "waived", N_("Waived: nothing is charged")
    WAIVER_PROPOSED = "waiver_proposed", N_("Waiver proposed")
    WAIVER_REFUSED = "waiver_refused", N_("Waiver refused")
    WRONG_DEVICE = "wrong_device", N_("Another device came back")
    VIEWED = "viewed", N_("Viewed")


# What guests read, what anybody took away as a table, and where somebody was turned away. It stands
# in the log, and in no record's own history.
LOOKS = (What.VIEWED, What.DOWNLOADED, What.REFUSED)

# What the vendor owes its customers: done by staff it is the vendor's own deed, and not done on the
# customer's behalf, though it stands in the customer's history.
VENDORS_OWN = frozenset(
    {
        *(What.APPROVED, What.DECLINED, What.SHIPPED, What.SHIPMENT_CORRECTED, What.DELIVERED),
        *(What.RECEIVED_BACK, What.RECEIPT_CORRECTED, What.WRONG_DEVICE),
        *(What.REPLACED, What.TOOK_ITS_PLACE),
        *(What.EXTENSION_GRANTED, What.EXTENSION_REFUSED),
        *(What.CERTIFICATE_ACCEPTED, What.CERTIFICATE_REFUSED),
        *(What.CHARGED, What.SETTLED, What.WAIVED),
    }
)

# What stands in the vendor's own log alone.
DESKS = frozenset(
    {
        *(What.NOTED, What.TIME_ADDED, What.PUBLISHED, What.WITHDRAWN, What.FIXED, What.UPDATED),
        *(What.MAIL_ATTACHED, What.MAIL_DISCARDED, What.MAIL_NOTED, What.MAIL_PARKED),
        *(What.MAIL_TAKEN, What.ERASED, What.IDENTITY_LINKED),
        *(What.WAIVER_PROPOSED, What.WAIVER_REFUSED),
        *(What.SETTLEMENT_PROPOSED, What.SETTLEMENT_REFUSED),
    }
)
