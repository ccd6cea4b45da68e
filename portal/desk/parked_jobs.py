"""Jobs that were given up: staff see why, let them begin anew, or discard them."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from portal.accounts.models import Account, User
from portal.base import leases
from portal.base.access import Permission
from portal.base.history import What, happened
from portal.base.jobs import Job
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import CAP, Order, capped_count, page_of
from portal.web.session import db

bp = Blueprint("desk_jobs", __name__)
# What staff see of a job: never what it carries, which can be a link meant for one person.
SHOWN: list[Any] = [
    Job.id,
    Job.name,
    Job.error,
    Job.tries,
    Job.asked_at,
    Job.parked_at,
    Account.name.label("account"),
    User.name.label("person"),
]
NEWEST = Order((Job.id,), descending=True)
ONE = "/<int(max=2147483647):job_id>"


@bp.get("")
@allow(Permission.JOBS_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    found = capped_count(db(), parked_jobs())
    count = ngettext("%(num)s job was given up", "%(num)s jobs were given up", found)
    if found > CAP:
        count = _("More than 1,000 jobs were given up")
    listed = page_of(db(), parked_jobs(), NEWEST)
    queue = leases.queue_state(db())
    return page("desk/jobs/index.html", listed=listed, queue=queue, count=count, news=count)


@bp.get(ONE)
@allow(Permission.JOBS_VIEW, everywhere=True)
def show(job_id: int) -> ResponseReturnValue:
    job = db().execute(parked_jobs().where(Job.id == job_id)).one()
    return page("desk/jobs/show.html", job=job)


@bp.post(f"{ONE}/retry")
@allow(Permission.JOBS_VIEW, everywhere=True)
def retry(job_id: int) -> ResponseReturnValue:
    job = db().get_one(Job, job_id)
    if leases.retry(db(), job_id, leases.time_of(db())):
        happened(db(), job, What.CHANGED, by=viewer(), deed="retry", name=job.name)
        flash(_("The job begins anew."))
    else:
        flash(_("The job was no longer given up, so nothing was done."))
    return redirect(url_for(".index"), 303)


@bp.post(f"{ONE}/removal")
@allow(Permission.JOBS_VIEW, everywhere=True)
def discard(job_id: int) -> ResponseReturnValue:
    job = db().get_one(Job, job_id)
    if job.parked_at:
        happened(db(), job, What.REMOVED, by=viewer(), name=job.name)
        db().expunge(job)
    if leases.discard(db(), job_id):
        flash(_("The job is discarded."))
    else:
        flash(_("The job was no longer given up, so nothing was done."))
    return redirect(url_for(".index"), 303)


def parked_jobs() -> Select[Any]:
    return (
        select(*SHOWN)
        .outerjoin(Account, Account.id == Job.account_id)
        .outerjoin(User, User.id == Job.user_id)
        .where(Job.parked_at.is_not(None))
    )
