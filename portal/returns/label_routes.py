"""Return labels: one or many as PDF, as a page with a code to show, and again by mail."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.carriers.queries import numbers_back
from portal.factors.qr import drawn
from portal.replacements.models import Replacement
from portal.returns.forms import LabelsForm, MailForm
from portal.returns.labels import Size, has_label, labels_pdf, packing, sender_of
from portal.returns.mails import label_mail
from portal.returns.queries import among, to_be_labelled
from portal.returns.reaching import find_return, number_in
from portal.returns.rules import MOST_LABELS, TO_PACK
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.limits import limit, limits
from portal.web.locale import gettext as _
from portal.web.operator import OPERATOR
from portal.web.pages import page
from portal.web.pdf import send_pdf
from portal.web.session import db

bp = Blueprint("return_labels", __name__)
MAILS = limit("return label by mail per replacement", 10, 3600)


@bp.get("/<reference>/label")
@allow(Permission.REPLACEMENTS_VIEW)
def show(reference: str) -> ResponseReturnValue:
    return _page(find_return(reference))


@bp.get("/<reference>/label.pdf")
@allow(Permission.REPLACEMENTS_VIEW)
@limited("export")
def label(reference: str) -> ResponseReturnValue:
    """Where there is none, its page says why."""
    it = find_return(reference)
    if not has_label(it):
        return redirect(url_for(".show", reference=it.reference), 303)
    return _send([it], it.reference)


@bp.post("/<reference>/label/mail")
@allow(Permission.REPLACEMENTS_VIEW)
def mail(reference: str) -> ResponseReturnValue:
    """Send whoever asks the way to it, and the code that is shown where nothing is printed."""
    it, form = find_return(reference), MailForm()
    if not (form.validate() and has_label(it)):
        return _page(it, 422)
    sent = submission(db(), form.token.data, by=viewer().id)
    if not sent.led_to:
        if wait := limits().take([MAILS.of(it.id)]):
            raise TooManyRequests(retry_after=wait)
        label_mail(db(), db().get_one(User, viewer().id), it)
        sent.led_to = url_for(".show", reference=it.reference)
        flash(_("The label is on its way to %(address)s.", address=viewer().email))
    return redirect(sent.led_to, 303)


@bp.get("/labels")
@allow(Permission.REPLACEMENTS_VIEW)
def several() -> ResponseReturnValue:
    """Which of those that are to be sent back; first all of them."""
    them, more = _newest()
    first = {"of": [it.reference for it in them], "size": Size.A4.value}
    return _choose(them, LabelsForm(them, formdata=None, data=first), 200, more=more)


@bp.get("/labels.pdf")
@allow(Permission.REPLACEMENTS_VIEW)
@limited("export")
def labels() -> ResponseReturnValue:
    asked = list(dict.fromkeys(request.args.getlist("of")))
    ids = {number_in(each) for each in asked[: MOST_LABELS + 1]}
    them = list(db().scalars(to_be_labelled(among(ids))))
    form = LabelsForm(them, formdata=request.args)
    if not form.validate():
        newest, more = _newest()
        shown = list({it.id: it for it in (*them, *newest)}.values())
        again = LabelsForm(shown, formdata=request.args)
        again.validate()
        return _choose(shown, again, 422, more=more)
    return _send(them, _("return-labels"))


def _newest() -> tuple[list[Replacement], bool]:
    """As many as go into one PDF, and whether there are more."""
    query = to_be_labelled().order_by(None).order_by(Replacement.id.desc()).limit(MOST_LABELS + 1)
    found = list(db().scalars(query))
    return found[:MOST_LABELS], len(found) > MOST_LABELS


def _choose(them: list[Replacement], form: LabelsForm, status: int, *, more: bool) -> Response:
    return page("returns/labels.html", status, them=them, form=form if them else None, more=more)


def _send(them: list[Replacement], name: str) -> Response:
    asked = request.args.get("size", "")
    size = Size(asked) if asked in set(Size) else Size.A6 if len(them) == 1 else Size.A4
    given = numbers_back(it.id for it in them)
    numbers = dict(iter(db().execute(given).all()))
    return send_pdf(f"{name}.pdf", labels_pdf(them, size, now=clock.now(), numbers=numbers))


def _page(it: Replacement, status: int = 200) -> Response:
    return page(
        "returns/label.html",
        status,
        it=it,
        form=MailForm(),
        ready=has_label(it),
        qr=drawn(it.reference),
        pack=_(TO_PACK[it.model.category]),
        steps=packing(it),
        sender=sender_of(it),
        operator=OPERATOR,
    )
