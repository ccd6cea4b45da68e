"""Known issues: all staff look, support agents and escalation managers keep them."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.models import Category
from portal.desk.history import told
from portal.desk.known_issues_words import issue_words, saved_meanwhile
from portal.known_issues.actions import (
    add_issue,
    change_issue,
    fix_issue,
    publish_issue,
    withdraw_issue,
)
from portal.known_issues.facts import facts_of
from portal.known_issues.forms import AddIssueForm, ChangeIssueForm, FixIssueForm
from portal.known_issues.issues import issues_of
from portal.known_issues.listing import Stage, list_issues, models_in, read_asked
from portal.known_issues.models import KnownIssue
from portal.known_issues.rules import State
from portal.request_desk.explained import connected_with_issue
from portal.service_requests.wording import status_here
from portal.web.forms import Form
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("desk_known_issues", __name__)
MOST_CONNECTED = 25
CHOICES = {each.__name__: each for each in (Category, Stage, State)}


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    issues, models, asked = issues_of(db()), catalogue_of(db()), read_asked(request.args)
    listed = list_issues(issues.all, asked, issues.matching, models)
    return page(
        "desk/known_issues/index.html",
        listed=listed,
        named=models_in(listed.rows, models),
        choices=CHOICES,
        news=listed.found,
    )


@bp.get("/new")
@allow(Permission.KNOWN_ISSUES_MANAGE, everywhere=True)
def new() -> ResponseReturnValue:
    return page("desk/known_issues/new.html", form=AddIssueForm())


@bp.post("")
@allow(Permission.KNOWN_ISSUES_MANAGE, everywhere=True)
def add() -> ResponseReturnValue:
    form = AddIssueForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                facts = form.facts(catalogue_of(db()))
                sent.led_to = path_of(add_issue(db(), facts, by=viewer(), now=clock.now()))
                flash(_("The draft is saved. Customers see it when you publish it."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("desk/known_issues/new.html", 422, form=form)


@bp.get("/<ref>")
@allow(Permission.DESK_VIEW, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    issue = _issue(ref)
    return _page(issue, FixIssueForm(formdata=None, data={"version": issue.version}))


@bp.get("/<ref>/facts")
@allow(Permission.KNOWN_ISSUES_MANAGE, everywhere=True)
def edit(ref: str) -> ResponseReturnValue:
    issue = _issue(ref)
    form = ChangeIssueForm.opened(facts_of(issue), issue.version, catalogue_of(db()))
    return page("desk/known_issues/edit.html", issue=issue, form=form, saved={})


@bp.post("/<ref>/facts")
@allow(Permission.KNOWN_ISSUES_MANAGE, everywhere=True)
def change(ref: str) -> ResponseReturnValue:
    issue, form, models = _issue(ref), ChangeIssueForm(), catalogue_of(db())
    if form.validate():
        try:
            facts, version = form.facts(models), form.version.data
            changed = change_issue(
                db(), issue, facts, version=version, by=viewer(), now=clock.now()
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(path_of(issue), 303)
    saved = saved_meanwhile(facts_of(issue), form, models) if form.overtaken else {}
    return page("desk/known_issues/edit.html", 422, issue=issue, form=form, saved=saved)


@bp.post("/<ref>/fix")
@allow(Permission.KNOWN_ISSUES_MANAGE, everywhere=True)
def fix(ref: str) -> ResponseReturnValue:
    issue, form = _issue(ref), FixIssueForm()
    if form.validate():
        told = {"fixed_in": form.fixed_in.data, "version": form.version.data}
        try:
            fix_issue(db(), issue, **told, by=viewer(), now=clock.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Fixed in version %(version)s", version=issue.fixed_in))
            return redirect(path_of(issue), 303)
    return _page(issue, form, 422)


@bp.post("/<ref>/publication")
@allow(Permission.KNOWN_ISSUES_MANAGE, everywhere=True)
def publish(ref: str) -> ResponseReturnValue:
    issue, form = _issue(ref), Form()
    try:
        publish_issue(db(), issue, by=viewer(), now=clock.now())
    except Refused as refusal:
        form.refuse(refusal)
        return _page(issue, form, 422)
    flash(_("It is published. Customers can read it now."))
    return redirect(path_of(issue), 303)


@bp.post("/<ref>/withdrawal")
@allow(Permission.KNOWN_ISSUES_MANAGE, everywhere=True)
def withdraw(ref: str) -> ResponseReturnValue:
    issue, form = _issue(ref), Form()
    try:
        withdraw_issue(db(), issue, by=viewer())
    except Refused as refusal:
        form.refuse(refusal)
        return _page(issue, form, 422)
    flash(_("It is a draft again. Customers do not see it."))
    return redirect(path_of(issue), 303)


def path_of(issue: KnownIssue) -> str:
    return url_for("desk_known_issues.show", ref=issue.reference)


def _page(issue: KnownIssue, form: Form, status: int = 200) -> ResponseReturnValue:
    models = catalogue_of(db(), knowing=[each.model_id for each in issue.models])
    fix = FixIssueForm(formdata=None, data={"version": issue.version})
    connected = db().execute(connected_with_issue(issue.id, most=MOST_CONNECTED)).all()
    return page(
        "desk/known_issues/show.html",
        status,
        connected=connected,
        number=connected[0].number if connected else 0,
        hearing=connected[0].customers if connected else 0,
        status_here=status_here,
        issue=issue,
        models=[models[each.model_id] for each in issue.models],
        form=form,
        fix=form if isinstance(form, FixIssueForm) else fix,
        history=told(db(), issue, issue_words(models)),
    )


def _issue(ref: str) -> KnownIssue:
    issue_id = read_reference("KI", ref)
    return db().scalars(select(KnownIssue).where(KnownIssue.id == issue_id)).one()
