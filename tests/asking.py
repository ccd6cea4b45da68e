"""A service request with a word in all that a customer and support can write in it; and what only
staff wrote, with a word of its own."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.service_requests.models import ServiceRequest, ServiceRequestFile
from tests.cast import REQUEST_PAGES

AMONG_STAFF = "narwhal"  # in every internal note
PAGES = (*REQUEST_PAGES, "cloud_partners", "request_opening")
_number = count(1)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and who answers."""

    session: Session
    customer: FlaskClient
    agent: FlaskClient

    def open(self, account: Account, word: str, device: str) -> None:
        """Opened and answered, with files, a note, and a cloud partner; what is said is told."""
        told = {"about": "device", "severity": "low", "subject": f"Felles {word} sak"}
        told |= {"text": f"Felles {word} tekst", "contact_name": f"Felles {word}"}
        told |= {"device": device, "own_reference": f"{word}-7"}
        self._send(self.customer, "/service-requests/new", told, files=word)
        request = self._newest(account)
        desk = f"/desk/service-requests/{request.reference}"
        answer = {"text": f"Felles {word} svar", "version": str(request.version)}
        answer |= {"status": "waiting_for_customer", "waiting_for": f"send {word}"}
        self._send(self.agent, f"{desk}/messages", answer, files=f"{word} to")
        note = {"note": f"Felles {AMONG_STAFF} om {word}"}
        self._send(self.agent, f"{desk}/notes", note, note_files=AMONG_STAFF)
        cloud = {"partner": "other", "partner_name": f"Felles {word}", "authorization": "y"}
        self._send(self.agent, f"{desk}/cloud-partner", cloud)

    def _newest(self, account: Account) -> ServiceRequest:
        here = select(ServiceRequest).where(ServiceRequest.account_id == account.id)
        found = self.session.scalars(here.order_by(ServiceRequest.id.desc()).limit(1)).one()
        self.session.refresh(found)
        return found

    def _send(self, browser: FlaskClient, path: str, told: dict[str, str], **files: str) -> None:
        data: dict[str, Any] = told | {"token": f"token-of-asking-{next(_number)}"}
        data |= {it: (io.BytesIO(b"12:00 krasj"), f"{name}.log") for it, name in files.items()}
        with browser.post(path, data=data, content_type="multipart/form-data") as answer:
            assert answer.status_code == 303, path


def opened(session: Session, account: Account, word: str) -> ServiceRequest:
    """The request that has this word in its subject."""
    here = ServiceRequest.account_id == account.id, ServiceRequest.subject.contains(word)
    return session.scalars(select(ServiceRequest).where(*here)).one()


def files_of(session: Session, request: ServiceRequest) -> Iterator[str]:
    """Where its files are, also those of notes."""
    mine = ServiceRequestFile.request_id == request.id
    for file_id in session.scalars(select(ServiceRequestFile.id).where(mine)):
        yield f"/service-requests/{request.reference}/files/{file_id}"


def on_plain_paper(_template: str, data: dict[str, Any], *, now: datetime) -> bytes:
    """What a PDF says, so that it can be searched."""
    return json.dumps([data, now.isoformat()], ensure_ascii=False).encode()
