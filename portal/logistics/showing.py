"""The page of a replacement on the desk, and what is done there."""

from collections.abc import Callable

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.carriers.others import other_carriers
from portal.logistics.forms import CorrectForm, DeclineForm, DeliveredForm, DescribeForm
from portal.replacements.beside import told_of
from portal.replacements.faults import tried_of
from portal.replacements.models import Replacement
from portal.replacements.queries import replacement_with_id
from portal.replacements.rules import ON_THE_WAY, RETURN_OPEN
from portal.replacements.tracks import tracks_of
from portal.replacements.wording import stage_color, status_sentence
from portal.returns.reaching import account_of, number_in
from portal.web.forms import Form
from portal.web.pages import page
from portal.web.reasons import because
from portal.web.session import db, db_for, looking

Deed = Callable[[ScopedSession, Replacement, Doer], str]


def carriers_offered() -> list[str]:
    with looking() as session:
        return [it.name for it in other_carriers(session).values() if it.offered]


def do(ref: str, form: Form, deed: Deed) -> ResponseReturnValue:
    """A deed on a replacement's page, and back to it."""
    if (account_id := account_of(number_in(ref))) is None:
        abort(404)
    session = db_for(account_id)
    it = session.scalars(replacement_with_id(number_in(ref))).one()
    if isinstance(form, CorrectForm):
        form.offer(_carriers_for(it))
    if form.validate():
        try:
            with session.begin_nested():
                told = deed(session, it, because(""))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(told)
            return redirect(url_for("logistics.show", ref=it.reference), 303)
    session.expire_all()
    return show_page(session.scalars(replacement_with_id(number_in(ref))).one(), form)


def show_page(it: Replacement, form: Form | None = None) -> ResponseReturnValue:
    today = clock.today()
    correct_form = form if isinstance(form, CorrectForm) else CorrectForm.of(it)
    correct_form.offer(_carriers_for(it))
    return page(
        "logistics/show.html",
        200 if form is None else 422,
        it=it,
        form=form,
        parts=told_of(db(), it, desk=True),
        decline_form=form if isinstance(form, DeclineForm) else DeclineForm(formdata=None),
        correct_form=correct_form,
        delivered_form=form if isinstance(form, DeliveredForm) else DeliveredForm.on(today),
        describe_form=form if isinstance(form, DescribeForm) else DescribeForm.of(it),
        tried=tried_of(it.fault, it.tried),
        sentence=status_sentence(it, today=today),
        stage_color=stage_color,
        tracks=tracks_of(it, it.steps, today=today),
        on_the_way=ON_THE_WAY,
        comes_back=RETURN_OPEN,
    )


def _carriers_for(it: Replacement) -> list[str]:
    """The one that it went with can be kept, though it is not offered any more."""
    return [*carriers_offered(), *([it.carrier] if it.carrier else ())]
