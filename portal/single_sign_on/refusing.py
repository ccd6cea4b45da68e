"""The sign-in page again, with what was wrong."""

from math import ceil

from flask import Response

from portal.accounts.forms import SignInForm
from portal.base.words import Refused
from portal.web.limits import too_many
from portal.web.pages import page


def asking(wrong: Refused | str, *, status: int, email: str = "") -> Response:
    form = SignInForm(formdata=None, data={"email": email})
    if isinstance(wrong, Refused):
        wrong.field = "email" if wrong.field == "email" else None
        form.refuse(wrong)
    else:
        form.email.errors = [wrong]
    return page("accounts/sign_in.html", status, form=form)


def held_back(wait: int) -> Response:
    form = SignInForm(formdata=None)
    form.form_errors.append(too_many(wait))
    response = page("accounts/sign_in.html", 429, form=form)
    response.headers["Retry-After"] = str(ceil(wait))
    return response
