"""Short messages: asked for in the deed's transaction, written by a job, and sent where there is a
gateway.

The words are the block `sms` of the mail's own template, so that both say the same. A gateway takes
`{"to": …, "text": …}` as JSON; without one the text is made, and nobody sends it.
"""

import base64
import json
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from secrets import token_hex
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy.orm import Session

from portal.base.jobs import Hopeless, Job, NotNow, handles, later
from portal.base.run import Run
from portal.web.locale import speaking
from portal.web.mail import short_text

LONGEST = 459  # characters: three parts of a message
_TIMEOUT, _WAIT = 10, timedelta(minutes=5)


def send_sms(session: Session, *, to: str, language: str, template: str, **context: Any) -> Job:
    """`to` is a number as E.164. The context is stored until it is sent: plain values."""
    return later(
        session,
        "sms.send",
        to=to,
        language=language,
        template=template,
        context=context,
        mark=token_hex(16),
    )


@handles("sms.send")
def send(
    run: Run, *, to: str, language: str, template: str, context: dict[str, Any], mark: str
) -> None:
    with speaking(language):
        text = short_text(template, run.settings.portal_url, **context)[:LONGEST]
    if run.settings.sms_url and text:
        deliver(run.settings.sms_url, to, text, mark=mark)


def deliver(url: str, to: str, text: str, *, mark: str) -> None:
    """Hand it to the gateway, under a key by which it knows the same one again."""
    parts = urlsplit(url)
    headers = {"Content-Type": "application/json", "Idempotency-Key": mark}
    if parts.username is not None:
        known = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(known.encode()).decode()}"
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    gateway = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        gateway.request("POST", path, json.dumps({"to": to, "text": text}), headers)
        status = gateway.getresponse().status
    except (OSError, HTTPException) as trouble:
        raise NotNow(f"The gateway does not answer: {trouble}", wait=_WAIT) from None
    finally:
        gateway.close()
    if status == 429 or status >= 500:
        raise NotNow(f"The gateway answers {status}.", wait=_WAIT)
    if status >= 400:
        raise Hopeless(f"The gateway answers {status}.")
