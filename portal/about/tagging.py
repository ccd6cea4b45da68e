"""Public pages that a browser may keep, and asks each time whether they are still the newest."""

import re
from hashlib import sha256

from flask import Response, request, session

from portal.web.guard import viewer
from portal.web.headers import keep_and_ask

_FORM_TOKEN = re.compile(r'(name="csrf_token" value=)"[^"]*"')


def tag(response: Response) -> Response:
    """Send a page once, and after that only the news that it is the same.

    Form tokens are new each second, and good for as long as what the session holds of them. For
    someone signed in nothing is left on the device.
    """
    if response.status_code != 200 or viewer().is_authenticated:
        return response
    page = _FORM_TOKEN.sub(r"\1", response.get_data(as_text=True)) + session.get("csrf_token", "")
    response.set_etag(sha256(page.encode()).hexdigest(), weak=True)
    keep_and_ask()
    response.make_conditional(request)
    return response
