"""Standard answers: everyone at the desk reads them, some write them."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference, reference
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.request_desk.actions import (
    add_answer,
    bring_back_answer,
    change_answer,
    retire_answer,
)
from portal.request_desk.answer_forms import (
    AddAnswerForm,
    ChangeAnswerForm,
    StandardAnswerForm,
)
from portal.request_desk.queries import standard_answers
from portal.request_desk.rules import Field
from portal.service_requests.desk_models import StandardAnswer
from portal.service_requests.wording import status_here
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("standard_answers", __name__)
PREFIX = "SA"


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    offered = db().scalars(standard_answers()).all()
    retired = db().scalars(standard_answers(retired=True)).all()
    return page(
        "request_desk/answers/index.html",
        offered=offered,
        retired=retired,
        status_here=status_here,
    )


@bp.get("/new")
@allow(Permission.STANDARD_ANSWERS_MANAGE, everywhere=True)
def new() -> ResponseReturnValue:
    return _form(AddAnswerForm())


@bp.post("")
@allow(Permission.STANDARD_ANSWERS_MANAGE, everywhere=True)
def add() -> ResponseReturnValue:
    form = AddAnswerForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                add_answer(db(), form.facts(), by=viewer(), now=clock.now())
                sent.led_to = url_for(".index")
                flash(_("The standard answer is saved, and offered from now on."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _form(form, status=422)


@bp.get("/<ref>")
@allow(Permission.STANDARD_ANSWERS_MANAGE, everywhere=True)
def edit(ref: str) -> ResponseReturnValue:
    answer = _answer(ref)
    return _form(ChangeAnswerForm(formdata=None, obj=answer), answer)


@bp.post("/<ref>")
@allow(Permission.STANDARD_ANSWERS_MANAGE, everywhere=True)
def change(ref: str) -> ResponseReturnValue:
    answer, form = _answer(ref), ChangeAnswerForm()
    if form.validate():
        try:
            version, now = form.version.data, clock.now()
            changed = change_answer(
                db(), answer, form.facts(), version=version, by=viewer(), now=now
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(url_for(".index"), 303)
    return _form(form, answer, 422)


@bp.post("/<ref>/retirement")
@allow(Permission.STANDARD_ANSWERS_MANAGE, everywhere=True)
def retire(ref: str) -> ResponseReturnValue:
    retire_answer(db(), _answer(ref), by=viewer(), now=clock.now())
    flash(_("The standard answer is no longer offered."))
    return redirect(url_for(".index"), 303)


@bp.post("/<ref>/return-to-use")
@allow(Permission.STANDARD_ANSWERS_MANAGE, everywhere=True)
def bring_back(ref: str) -> ResponseReturnValue:
    bring_back_answer(db(), _answer(ref), by=viewer())
    flash(_("The standard answer is offered again."))
    return redirect(url_for(".index"), 303)


def _answer(ref: str) -> StandardAnswer:
    answer_id = read_reference(PREFIX, ref)
    return db().scalars(select(StandardAnswer).where(StandardAnswer.id == answer_id)).one()


def _form(
    form: StandardAnswerForm, answer: StandardAnswer | None = None, status: int = 200
) -> ResponseReturnValue:
    late = answer is not None and getattr(form, "overtaken", False)
    return page(
        "request_desk/answers/form.html",
        status,
        form=form,
        answer=answer,
        ref=reference(PREFIX, answer.id) if answer else "",
        saved=answer if late else None,
        fields=list(Field),
    )
