"""What the desk's page of a return shows: how it stands, what is asked, and what can be done."""

from datetime import date
from typing import Any

from flask import Response

from portal.base import clock
from portal.base.tenancy import ScopedSession
from portal.liability.actions import OPEN
from portal.liability.queries import last_waiver
from portal.replacements.deeds import MOVED_ON
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability
from portal.replacements.tracks import tracks_of
from portal.return_desk import forms
from portal.returns.correcting import may_be_corrected
from portal.returns.queries import last_certificate, last_extension
from portal.returns.rules import Answer
from portal.web.forms import Form
from portal.web.locale import gettext as _
from portal.web.pages import page


def show_page(session: ScopedSession, it: Replacement, **sent: Form) -> Response:
    """The page with its forms, one of which may have been refused."""
    told = _shown(session, it, sent, today=clock.today())
    for name, form in sent.items():
        if name not in told["possible"]:  # meanwhile it was done, and no field is there to correct
            form.form_errors = form.form_errors or [_(MOVED_ON)]
            for field in form:
                field.errors = ()
    refused = next(iter(sent.values()), None)
    return page("return_desk/show.html", 422 if sent else 200, it=it, form=refused, **told)


def _shown(
    session: ScopedSession, it: Replacement, sent: dict[str, Form], *, today: date
) -> dict[str, Any]:
    destroys = it.retain_and_destroy
    extension = None if destroys else session.scalars(last_extension(it.id)).one_or_none()
    certificate = session.scalars(last_certificate(it.id)).one_or_none() if destroys else None
    waiver = session.scalars(last_waiver(it.id)).one_or_none()
    kinds: dict[str, type[Form]] = {
        "grant": forms.GrantForm,
        "refuse": forms.RefuseForm,
        "reject": forms.RefuseForm,
        "correct": forms.OtherForm,
        "propose": forms.ProposeForm,
        "keep": forms.NotWaivedForm,
        "settle": forms.SettleForm,
    }
    first: dict[str, Any] = {
        "until": extension.until if extension and extension.until > today else None,
        "serial_number": it.wrong_serial_number,
    }
    fresh = {name: kind(formdata=None, data=first) for name, kind in kinds.items()}
    waits = extension and extension.answer is Answer.OPEN
    sent_in = certificate and certificate.answer is Answer.OPEN
    proposed = waiver and waiver.answer is Answer.OPEN
    possible = {
        *(("grant", "refuse") if waits else ()),
        *(("accept", "reject") if sent_in else ()),
        *(("correct",) if may_be_corrected(it) and not sent_in else ()),
        *(("propose",) if it.liability in OPEN and not proposed else ()),
        *(("confirm", "keep") if proposed else ()),
        *(("settle",) if it.liability is Liability.CHARGED and not proposed else ()),
    }
    return {
        "possible": possible,
        "extension": extension,
        "certificate": certificate,
        "waiver": waiver,
        "forms": fresh | sent,
        "tracks": tracks_of(it, it.steps, today=today),
    }
