"""Of spare parts nothing comes back: no page of theirs speaks of a device, or of a return."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Site, User
from portal.base.access import Role
from portal.base.mails import Mail
from portal.replacements.models import Replacement
from portal.spare_parts.models import SparePart
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.part_orders.test_routes import DESK, PARTS, asked
from tests.replacements.test_asking import replacements, words


@pytest.fixture
def ordered(
    session: Session, sign_in: SignInAs, ola: User, part: SparePart, site: Site
) -> Replacement:
    sign_in(ola).post(PARTS, data=asked(site))
    return replacements(session)[0]


RETURNS = (
    *("certificate", "extension", "correction", "label", "label/mail", "label.pdf"),
    *("certificate/file", "dead-on-arrival"),
)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("page", RETURNS)
def test_parts_have_no_pages_of_a_return(
    page: str, method: str, sign_in: SignInAs, ola: User, ordered: Replacement
) -> None:
    path = f"/replacements/{ordered.reference}/{page}"
    answer = sign_in(ola).open(path, method=method)

    posted = page in {"label/mail", "dead-on-arrival"}
    gotten = page in {"label", "label.pdf", "certificate/file"}
    known = {"GET": not posted, "POST": not gotten}[method]
    assert answer.status_code == (404 if known else 405)


def test_staff_have_no_page_of_a_return_of_parts_either(
    session: Session, sign_in: SignInAs, ordered: Replacement
) -> None:
    lars = sign_in(make_user(session, role=Role.LOGISTICS))

    assert lars.get(f"/desk/returns/{ordered.reference}").status_code == 404
    waiver = lars.post(f"/desk/returns/{ordered.reference}/waiver", data={"reason": "x"})
    assert waiver.status_code == 404
    assert "/desk/returns/RMA" not in lars.get(f"{DESK}/{ordered.reference}").text


def test_what_is_told_of_parts_speaks_of_parts(
    session: Session,
    sign_in: SignInAs,
    ola: User,
    ordered: Replacement,
    run_jobs: Callable[..., int],
) -> None:
    ola.language = "nb"
    session.commit()
    page = words(sign_in(ola).get(f"/replacements/{ordered.reference}").text)
    lars = sign_in(make_user(session, role=Role.LOGISTICS))
    scans = {"rma": ordered.reference, "serial_number": "85S19-AA", "tracking_number": "370715"}
    lars.post(f"{DESK}/shipments", data=scans)
    run_jobs()
    page += words(sign_in(ola).get(f"/replacements/{ordered.reference}").text)
    lars.post(f"{DESK}/{ordered.reference}/delivery", data={"delivered_on": "19.11.2026"})
    run_jobs()

    mails = session.scalars(select(Mail).where(Mail.address == ola.email).order_by(Mail.id)).all()
    assert [it.subject.partition("] ")[2] for it in mails] == [
        "Vi sender delene", "Delene er på vei", "Delene er levert",
    ]  # fmt: skip
    assert [it.text for it in mails if "9 × Øreputer" not in it.text] == []
    told = " ".join((page, *(it.subject + it.text for it in mails))).lower()
    assert "enhet" not in told.replace("enheter", "")  # as the menu has it
    assert "device" not in told.replace("devices", "")
