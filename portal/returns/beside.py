"""What is told of a return, and of the money that hangs on it, on the page of its replacement."""

from dataclasses import dataclass
from datetime import date

from portal.base.clock import day_of, now
from portal.base.tenancy import ScopedSession
from portal.delivery_times.times import delivery_times
from portal.replacements.models import Replacement
from portal.replacements.rules import (
    CALLED_OFF,
    Liability,
    ReturnStage,
    Stage,
    charged_from,
)
from portal.returns.certifying import may_be_certified
from portal.returns.correcting import may_be_corrected
from portal.returns.labels import has_label
from portal.returns.models import DestructionCertificate, ReturnExtension
from portal.returns.queries import extension_and_notice, last_certificate
from portal.returns.rules import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    has_label: bool
    may_be_extended: bool
    may_be_corrected: bool
    may_be_certified: bool
    extension: ReturnExtension | None  # the last one that was asked for
    certificate: DestructionCertificate | None  # the last one that was sent in
    asks: bool  # for more time, and waits for an answer, before which nothing is charged
    charged_from: date | None  # the first day on which it is charged


def find(session: ScopedSession, it: Replacement) -> Told | None:
    """One question more, which depends on whether the device comes back or is destroyed."""
    if it.stage in CALLED_OFF or it.shipped_at is None:
        return None
    destroys = it.retain_and_destroy
    extension, told_on = (
        (None, None) if destroys else session.execute(extension_and_notice(it)).one()
    )
    certificate = session.scalars(last_certificate(it.id)).one_or_none() if destroys else None
    certificate_waits = certificate is not None and certificate.answer is Answer.OPEN
    waits = it.returned is ReturnStage.LABEL_READY and it.liability is Liability.AT_RISK
    asks = extension is not None and extension.answer is Answer.OPEN
    return Told(
        has_label=has_label(it),
        may_be_extended=waits and it.stage is Stage.DELIVERED,
        may_be_corrected=may_be_corrected(it) and not certificate_waits,
        may_be_certified=may_be_certified(it),
        extension=extension,
        certificate=certificate,
        charged_from=_charged_from(session, it, told_on) if waits and not asks else None,
        asks=asks,
    )


def _charged_from(
    session: ScopedSession, it: Replacement, announced_on: date | None
) -> date | None:
    """As it was announced; or as it will be, when the deadline is over and nothing came."""
    if it.return_due_on is None or it.at_risk is None:
        return None
    today, workdays = day_of(now()), delivery_times(session).workdays(it.country)
    told_on = workdays.after(it.return_due_on)
    if today > it.return_due_on:
        told_on = announced_on or today
    return charged_from(it.return_due_on, it.charge_grace, told_on, workdays)
