"""Licenses of a customer with a word of its own in all that one can write of them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site
from portal.license_intake.models import How, ImportStatus, LicenseImport
from portal.licenses.models import License
from tests.factories import MOMENT, make_license, make_paper, make_seat


def make_licensed(session: Session, account: Account, word: str) -> License:
    """A license with seats at the site of this word, and a paper, whose names have it as well."""
    named = Site.account_id == account.id, Site.name == f"Felles {word}"
    site = session.scalars(select(Site).where(*named)).one()
    it = make_license(session, account, f"Felles {word} lisens", order_number=f"{word}-7")
    it.purchase_order, it.revoked_because = f"FEL {word}", f"Felles {word} grunn"
    told = {"room": f"Felles {word} rom", "holder": f"Felles {word} bruker"}
    make_seat(session, it, site_id=site.id, **told)
    make_paper(session, it, f"Felles {word}.pdf")
    kept = LicenseImport(account_id=account.id, name=f"Felles {word}.csv", started_at=MOMENT)
    kept.status, kept.how, kept.report = ImportStatus.DISCARDED, How.ACTIVE, {}
    session.add(kept)
    session.commit()
    return it


def license_of(session: Session, account: Account, word: str) -> License:
    named = License.name.contains(word or account.name.split()[1])
    return session.scalars(select(License).where(License.account_id == account.id, named)).one()


def references_of(session: Session, account: Account, word: str) -> dict[str, str]:
    """By what addresses name: the license, and the seat that it has."""
    it = license_of(session, account, word)
    return dict.fromkeys(("licenses", "license_files", "license_papers"), it.reference)
