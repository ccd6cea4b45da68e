"""How the help was: told on the request's page, or by the link in the mail of its closing."""

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts.actions import Person
from portal.accounts.job_rights import account_scope
from portal.base import clock
from portal.base.access import Permission
from portal.base.history import Doer
from portal.base.words import N_, Refused
from portal.request_pages.actions import is_told, rate
from portal.request_pages.drawing import request_page
from portal.request_pages.finding import find, path_of
from portal.request_pages.forms import RatingForm
from portal.request_pages.models import Satisfaction
from portal.request_pages.rules import can_be_rated
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import request_with_id
from portal.service_requests.rating_links import RatingLink, read_rating_token
from portal.web.guard import allow, public, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db, db_as, looking

bp = Blueprint("request_rating", __name__)
links_bp = Blueprint("rating_links", __name__)


@bp.post("/<reference>/rating")
@allow(Permission.REQUESTS_VIEW)
def tell(reference: str) -> ResponseReturnValue:
    asked, form = find(reference), RatingForm()
    if form.validate() and _rated(asked, form, viewer()):
        flash(_("Thank you for telling us."))
        return redirect(path_of(asked), 303)
    return request_page(reference, 422, rating=form)


@links_bp.get("/<token>")
@public
def look(token: str) -> ResponseReturnValue:
    """The page with the score chosen. Nothing is written, for mail is looked through by programs;
    in a browser it sends itself, unless there is an answer that it would take the place of."""
    asked = _asked(_link(token))
    form, chosen = _form_of(_told(asked)), request.args.get("score")
    form.score.data = chosen or form.score.data
    return _page(asked, token, form, by_itself=True)


@links_bp.post("/<token>")
@public
def tell_by_link(token: str) -> ResponseReturnValue:
    link = _link(token)
    asked, form = _asked(link), RatingForm()
    if form.validate() and _rated(asked, form, Person(link.user_id), anew=True):
        return redirect(url_for("rating_links.thank", token=token), 303)
    return _page(asked, token, form, 422)


@links_bp.get("/<token>/thanks")
@public
def thank(token: str) -> ResponseReturnValue:
    """What was told, and a way to say more or otherwise."""
    asked = _asked(_link(token))
    told = _told(asked)
    if told is None:
        return redirect(url_for("rating_links.look", token=token), 303)
    return page(
        "request_pages/rated.html",
        request_=asked,
        token=token,
        form=_form_of(told),
        over=_is_over(asked),
        told=told,
    )


def _rated(asked: ServiceRequest, form: RatingForm, by: Doer, *, anew: bool = False) -> bool:
    try:
        if db().scope.staff:
            raise Refused(N_("The customer says how satisfied they are, not we."))
        with db().begin_nested():
            score, comment = int(form.score.data), form.comment.data or ""
            rate(db(), asked, score, comment=comment, anew=anew, by=by, now=clock.now())
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True


def _told(asked: ServiceRequest) -> Satisfaction | None:
    """What was answered about the closing at hand."""
    query = select(Satisfaction).where(Satisfaction.request_id == asked.id)
    found = db().scalars(query).one_or_none()
    return found if found and is_told(db(), found) else None


def _form_of(told: Satisfaction | None) -> RatingForm:
    kept = {"score": str(told.score), "comment": told.comment} if told else {}
    return RatingForm(formdata=None, data=kept)


def _is_over(asked: ServiceRequest) -> bool:
    return can_be_rated(asked.status, merged=asked.merged_into_id is not None)


def _link(token: str) -> RatingLink:
    secret: str = current_app.config["SECRET_KEY"]
    return read_rating_token(secret, token) or abort(410)


def _asked(link: RatingLink) -> ServiceRequest:
    """The request, with the rights that whoever is asked has by now."""
    with looking() as session:
        scope = account_scope(
            session,
            user_id=link.user_id,
            account_id=link.account_id,
            permission=Permission.REQUESTS_VIEW,
            today=clock.today(),
        )
    if scope is None:
        abort(410)
    return db_as(scope).scalars(request_with_id(link.request_id)).one()


def _page(
    asked: ServiceRequest,
    token: str,
    form: RatingForm,
    status: int = 200,
    *,
    by_itself: bool = False,
) -> ResponseReturnValue:
    return page(
        "request_pages/rating.html",
        status,
        request_=asked,
        token=token,
        form=form,
        over=_is_over(asked),
        told=_told(asked),
        by_itself=by_itself,
    )
