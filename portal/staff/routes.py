"""The vendor's own people, kept by portal administrators."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts.mails import access_mail
from portal.accounts.models import User
from portal.accounts.second_factors import has_second_factor
from portal.accounts.signatures import signatures_of
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.history import events_of
from portal.base.references import reference
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.staff.actions import change_role, end_access, invite_again, invite_staff
from portal.staff.forms import ChangeRoleForm, InviteStaffForm
from portal.staff.mails import invitation_mail
from portal.staff.queries import staff, staff_referred_to
from portal.staff.rules import may_decide
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import CAP, Order, capped_count, page_of
from portal.web.session import db

bp = Blueprint("staff", __name__)
BY_NAME = Order((User.name_key, User.id))
LATEST = 50


@bp.get("")
@allow(Permission.DESK_MANAGE, everywhere=True)
@limited("search")
def index() -> ResponseReturnValue:
    search = request.args.get("q", "").replace("\0", "").strip()[:80]
    gone = request.args.get("gone") == "1"
    query: Any = staff(search, gone=gone).with_only_columns(
        User.id,
        User.name,
        User.name_key,
        User.email,
        User.staff_role,
        User.signed_in_at,
        (User.password_hash == "").label("waits"),
        has_second_factor().label("second_factor"),
    )
    found = capped_count(db(), query)
    count = ngettext("%(num)s colleague", "%(num)s colleagues", found)
    if found > CAP:
        count = _("More than 1,000 colleagues")
    listed = page_of(db(), query, BY_NAME)
    shown: dict[str, Any] = {
        "listed": listed,
        "search": search,
        "gone": gone,
        "count": count,
        "news": count,
    }
    return page("staff/index.html", **shown, reference=reference)


@bp.get("/new")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def new() -> ResponseReturnValue:
    return page("staff/new.html", form=InviteStaffForm(data={"role": Role.AGENT}))


@bp.post("")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def invite() -> ResponseReturnValue:
    if (form := InviteStaffForm()).validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                user, token = invite_staff(
                    db(), email=form.email.data, name=form.name.data, role=Role(form.role.data),
                    language=form.language.data, by=viewer(), now=clock.now(),
                )  # fmt: skip
                invitation_mail(db(), user, inviter=viewer().name, token=token)
                sent.led_to = _path(user)
                flash(_("%(name)s is invited, and gets an e-mail.", name=user.name))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("staff/new.html", 422, form=form)


@bp.get("/<reference>")
@allow(Permission.DESK_MANAGE, everywhere=True)
def show(reference: str) -> ResponseReturnValue:
    return _page(_find(reference))


@bp.post("/<reference>/role")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def change(reference: str) -> ResponseReturnValue:
    user, form = _find(reference), ChangeRoleForm()
    if form.validate():
        role, version = Role(form.role.data), form.version.data
        try:
            changed = change_role(db(), user, role=role, version=version, by=viewer())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if changed:
                access_mail(db(), user, "changed", role=role)
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect("/" if user.id == viewer().id else _path(user), 303)
    return _page(user, 422, form=form)


@bp.post("/<reference>/deactivation")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def deactivate(reference: str) -> ResponseReturnValue:
    user = _find(reference)
    try:
        if end_access(db(), user, by=viewer(), now=clock.now()):
            access_mail(db(), user, "ended", role=user.staff_role or Role.AGENT)
            flash(_("%(name)s has no access any more.", name=user.name))
    except Refused as refusal:
        form = _form(user)
        form.refuse(refusal)
        return _page(user, 422, form=form)
    return redirect(url_for(".index"), 303)


@bp.post("/<reference>/invitation")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def renew(reference: str) -> ResponseReturnValue:
    user = _find(reference)
    try:
        token = invite_again(db(), user, by=viewer(), now=clock.now())
    except Refused as refusal:
        form = _form(user)
        form.refuse(refusal)
        return _page(user, 422, form=form)
    invitation_mail(db(), user, inviter=viewer().name, token=token)
    flash(_("The invitation is sent again."))
    return redirect(_path(user), 303)


def _find(reference: str) -> User:
    return db().scalars(staff_referred_to(reference)).one()


def _path(user: User) -> str:
    return url_for(".show", reference=reference("U", user.id))


def _form(user: User) -> ChangeRoleForm:
    stated = {"role": user.staff_role, "version": user.rights_version}
    return ChangeRoleForm(formdata=None, data=stated)


def _page(user: User, status: int = 200, form: ChangeRoleForm | None = None) -> ResponseReturnValue:
    role = user.staff_role or Role.AGENT
    events = db().scalars(events_of(user).limit(LATEST)).all()
    factor = select(has_second_factor()).where(User.id == user.id).select_from(User)
    return page(
        "staff/show.html",
        status,
        person=user,
        ref=reference("U", user.id),
        form=form or _form(user),
        decides=may_decide(by=viewer().id, whose=user.id, role=role),
        second_factor=db().scalars(factor).one(),
        history=events,
        signatures=signatures_of(db(), events),
    )
