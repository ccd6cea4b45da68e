"""What somebody downloaded, and which terms they accepted."""

from collections.abc import Iterator

from sqlalchemy import select

from portal.accounts.models import Account
from portal.accounts.personal_data import Asking, Row, tells
from portal.base.words import N_
from portal.downloads.models import PublishedFile
from portal.downloads.taking import Download, TermsAcceptance


@tells(
    "downloads",
    N_("Files you downloaded"),
    organization=N_("Organization"),
    file=N_("File"),
    at=N_("When"),
)
def downloads(asking: Asking) -> Iterator[Row]:
    query = (
        select(Account.name, PublishedFile.name, Download.at)
        .select_from(Download)
        .join(Account, Account.id == Download.account_id)
        .join(PublishedFile, PublishedFile.id == Download.file_id)
        .where(Download.user_id == asking.user.id)
        .order_by(Download.account_id, Download.id)
    )
    for session in asking.accounts():
        for organization, file, at in session.execute(query):
            yield {"organization": organization, "file": file, "at": at}


@tells(
    "terms_accepted",
    N_("License terms you accepted"),
    organization=N_("Organization"),
    terms=N_("Version"),
    at=N_("When"),
)
def terms(asking: Asking) -> Iterator[Row]:
    query = (
        select(Account.name, TermsAcceptance.terms_id, TermsAcceptance.at)
        .select_from(TermsAcceptance)
        .join(Account, Account.id == TermsAcceptance.account_id)
        .where(TermsAcceptance.user_id == asking.user.id)
        .order_by(TermsAcceptance.account_id, TermsAcceptance.id)
    )
    for session in asking.accounts():
        for organization, version, at in session.execute(query):
            yield {"organization": organization, "terms": version, "at": at}
