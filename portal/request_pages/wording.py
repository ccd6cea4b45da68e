"""How much is left of what was promised, in words."""

from datetime import timedelta

from portal.service_requests.clocks import Promise, TargetKind
from portal.service_requests.rules import Ball, Status, ball_of
from portal.web.formats import date_and_time, listing
from portal.web.locale import gettext as _
from portal.web.locale import ngettext


def duration(time: timedelta) -> str:
    """2 days and 3 hours: the two largest units, the smaller one cut off."""
    minutes = max(0, int(time.total_seconds())) // 60
    days, hours = divmod(minutes // 60, 24)
    told = []
    if days:
        told.append(ngettext("%(num)s day", "%(num)s days", days))
    if hours:
        told.append(ngettext("%(num)s hour", "%(num)s hours", hours))
    if not days and (minutes % 60 or not hours):
        told.append(ngettext("%(num)s minute", "%(num)s minutes", minutes % 60))
    return listing(told)


def promise_sentence(promise: Promise) -> str:
    """What became of a target, or what is left of it."""
    met, due = promise.met_at, promise.due_at
    if met and promise.missed_at:
        return _("Answered %(when)s, after it was due", when=date_and_time(met))
    if met:
        return _("Answered %(when)s", when=date_and_time(met))
    if promise.missed_at or promise.left < timedelta(0):
        late = duration(-promise.left)
        return _("%(time)s late", time=late)
    if due is None:
        return _("The clock stands still with %(time)s left", time=duration(promise.left))
    return _("By %(when)s: %(time)s left", when=date_and_time(due), time=duration(promise.left))


def promise_state(promise: Promise) -> str:
    """How it looks: `late`, `met`, `still` or `running`."""
    if promise.missed_at or (promise.met_at is None and promise.left < timedelta(0)):
        return "late"
    if promise.met_at:
        return "met"
    return "running" if promise.due_at else "still"


def clocks_sentence(status: Status, partner: str) -> str:
    """When our clocks stand still, and whom they wait for now. `partner`: the cloud partner."""
    if ball_of(status) is Ball.CUSTOMER:
        return _("Our clocks run day and night. Now they stand still, while we wait for you.")
    if status is Status.WAITING_FOR_CLOUD_PARTNER:
        return (
            _(
                "Our clocks run day and night. Now they stand still, while we wait for %(name)s.",
                name=partner,
            )
            if partner
            else _(
                "Our clocks run day and night."
                " Now they stand still, while we wait for the cloud partner."
            )
        )
    if status is Status.REPLACEMENT:
        return _(
            "Our clocks run day and night. Now they stand still, until the new device has come."
        )
    return _(
        "Our clocks run day and night, and stand still while we wait for you or a cloud partner."
    )


def promise_name(kind: TargetKind) -> str:
    return _("First response") if kind is TargetKind.FIRST_RESPONSE else _("Next update")
