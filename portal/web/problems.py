"""Errors told to programs: in JSON, as RFC 9457 has it."""

from flask import Response, json, request

from portal.web.locale import gettext as _


def for_machines() -> bool:
    """Whether a program asks, which is told in JSON and cannot follow to a page."""
    accepted = request.accept_mimetypes
    return request.path.startswith("/api/") or (accepted.accept_json and not accepted.accept_html)


def told_in_json(response: Response, *, title: str, advice: str, reference: str = "") -> Response:
    """The answer, with this in place of what was in it."""
    body = {"type": "about:blank", "status": response.status_code, "title": _(title)}
    body |= {"detail": _(advice)} | ({"reference": reference} if reference else {})
    response.set_data(json.dumps(body, ensure_ascii=False))
    response.content_type = "application/problem+json"
    return response
