"""What becomes of a release that is out, as publishers decide it."""

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.words import N_, Refused
from portal.downloads.rules import Channel, Standing
from portal.publishing.fates import judge, open_to_all, withdraw
from portal.publishing.finding import find_release
from portal.publishing.forms import JudgeForm, WithdrawForm
from portal.publishing.showing import CHANGE_WAITS, do, path_of, release_page
from portal.publishing.waiting import drop, put_in_force, takes_two
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.session import db

bp = Blueprint("publishing_fates", __name__)
PUBLISH = Permission.DOWNLOADS_PUBLISH


@bp.post("/releases/<ref>/withdrawal")
@allow(PUBLISH, everywhere=True)
def withdraw_it(ref: str) -> ResponseReturnValue:
    it, form = find_release(ref), WithdrawForm()
    if form.validate():
        channels = {Channel(each) for each in form.channels.data}
        why = {"reason_nb": form.reason_nb.data or "", "reason_en": form.reason_en.data or ""}
        try:
            withdraw(db(), it, channels, **why, by=viewer(), now=clock.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("It is withdrawn. Those who took it are told."))
            return redirect(path_of(it), 303)
    return release_page(it, 422, form=form)


@bp.post("/releases/<ref>/standing")
@allow(PUBLISH, everywhere=True)
def judge_it(ref: str) -> ResponseReturnValue:
    it, form = find_release(ref), JudgeForm()
    if form.validate():
        why = {"reason_nb": form.reason_nb.data or "", "reason_en": form.reason_en.data or ""}
        try:
            judge(db(), it, Standing(form.standing.data), **why, by=viewer(), now=clock.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved."))
            return redirect(path_of(it), 303)
    return release_page(it, 422, form=form)


@bp.post("/releases/<ref>/opening")
@allow(PUBLISH, everywhere=True)
def open_it(ref: str) -> ResponseReturnValue:
    it = find_release(ref)
    done = N_("It is open to everyone now.")
    return do(it, open_to_all, _(CHANGE_WAITS if takes_two(it) else done))


@bp.post("/releases/<ref>/change/enforcement")
@allow(PUBLISH, everywhere=True)
def put_change_in_force(ref: str) -> ResponseReturnValue:
    return do(find_release(ref), put_in_force, _("The change is in force."))


@bp.post("/releases/<ref>/change/removal")
@allow(PUBLISH, everywhere=True)
def drop_change(ref: str) -> ResponseReturnValue:
    return do(find_release(ref), drop, _("The change is dropped. The release stays as it is."))
