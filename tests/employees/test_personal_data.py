from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Site
from portal.base import clock
from portal.employees.models import EmployeeLink, EmployeeVisit
from portal.products.models import Product
from tests.employees.conftest import Run, orders, path_of, proven, replacements, told
from tests.personal_data.test_retention import applied


def test_who_ordered_is_forgotten_when_it_is_long_over(
    client: FlaskClient,
    session: Session,
    link: EmployeeLink,
    site: Site,
    *,
    product: Product,
    run_jobs: Run,
) -> None:
    proven(client, session, link, run_jobs, product.serial_number or "")
    client.post(f"{path_of(link)}/order", data=told(site, phone="90 11 22 33"))
    it = replacements(session)[0]
    it.closed_at = clock.now()
    session.commit()

    applied(session, run_jobs, timedelta(days=89))
    assert orders(session)[0].email
    assert session.scalars(select(EmployeeVisit)).all() == []
    applied(session, run_jobs, timedelta(days=91))
    kept, asked = replacements(session)[0], orders(session)[0]
    assert (asked.name, asked.email) == ("", "")
    assert (kept.recipient, kept.phone) == ("", "")
    assert kept.street == "Storgata 1"


def test_what_is_not_over_is_kept(
    client: FlaskClient,
    session: Session,
    link: EmployeeLink,
    site: Site,
    *,
    product: Product,
    run_jobs: Run,
) -> None:
    proven(client, session, link, run_jobs, product.serial_number or "")
    client.post(f"{path_of(link)}/order", data=told(site))
    applied(session, run_jobs, timedelta(days=400))
    assert orders(session)[0].email
