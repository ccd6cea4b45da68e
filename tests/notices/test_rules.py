"""Every mail is one that people choose about, or one that always comes; seven is by their clock."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.base.access import GRANTS, Permission, Role
from portal.notices.notice import Notice
from portal.notices.rules import ALWAYS, KINDS, latest_digest, latest_weekly, offered

MAILS = Path(__file__).parents[2] / "templates" / "mail"


def test_every_mail_is_chosen_about_or_always_comes() -> None:
    written = {path.relative_to(MAILS).with_suffix("").as_posix() for path in MAILS.glob("*/*")}
    chosen = {template for kind in KINDS.values() for template in kind.templates}
    assert set(Notice) == set(KINDS)
    assert sorted([*chosen, *ALWAYS]) == sorted(written)


@pytest.mark.parametrize(
    ("now", "zone", "due"),
    [
        ("2026-11-23 06:00", None, "2026-11-23 06:00"),
        ("2026-11-23 05:59", None, "2026-11-22 06:00"),
        ("2026-07-01 05:00", "Europe/Oslo", "2026-07-01 05:00"),
        ("2026-03-29 05:30", "Europe/Oslo", "2026-03-29 05:00"),  # summer time since that night
        ("2026-03-29 04:59", "Europe/Oslo", "2026-03-28 06:00"),
        ("2026-10-25 05:59", "Europe/Oslo", "2026-10-24 05:00"),  # and winter time
        ("2026-11-23 01:15", "Asia/Kolkata", "2026-11-22 01:30"),
        ("2026-11-22 22:00", "Asia/Tokyo", "2026-11-22 22:00"),
    ],
)
def test_seven_is_by_the_readers_clock(now: str, zone: str | None, due: str) -> None:
    moment, expected = (datetime.fromisoformat(f"{it}+00:00") for it in (now, due))
    found = latest_digest(moment, zone)
    assert (found, found.tzinfo) == (expected, UTC)


@pytest.mark.parametrize(
    ("now", "zone", "due"),
    [
        ("2026-11-23 06:00", None, "2026-11-23 06:00"),  # a Monday
        ("2026-11-23 05:59", None, "2026-11-16 06:00"),
        ("2026-11-29 23:00", None, "2026-11-23 06:00"),
        ("2026-10-26 05:59", "Europe/Oslo", "2026-10-19 05:00"),  # over the change to winter time
        ("2026-11-22 22:00", "Asia/Tokyo", "2026-11-22 22:00"),
    ],
)
def test_the_weekly_one_is_on_monday_by_the_readers_clock(now: str, zone: str, due: str) -> None:
    moment, expected = (datetime.fromisoformat(f"{it}+00:00") for it in (now, due))
    assert latest_weekly(moment, zone) == expected


OF_LICENSES = {Notice.LICENSE_ENDS, Notice.LICENSE_REVOKED}
OF_REPLACEMENTS = {
    Notice.REPLACEMENT_MOVED,
    Notice.RETURN_DUE,
    Notice.RETURN_ANSWERED,
    Notice.RETURN_CHARGED,
}
OF_EVERYONE = {Notice.INCIDENT, Notice.RELEASE_WITHDRAWN, Notice.NEWS_FOLLOWED}
OF_REQUESTS = {Notice.REQUEST_ANSWERED, Notice.REQUEST_CHANGED, Notice.REQUEST_ESCALATED}


@pytest.mark.parametrize(
    ("kind", "held", "expected"),
    [
        (
            "customer",
            GRANTS[Role.ADMINISTRATOR],
            {
                Notice.IMPORT_DONE,
                Notice.COLLEAGUE_JOINED,
                Notice.ACCESS_ASKED,
                Notice.ACCESS_ENDS,
                Notice.EMPLOYEE_ASKED,
                Notice.INCIDENT,
                Notice.RELEASE_WITHDRAWN,
                Notice.NEWS_FOLLOWED,
                Notice.SECURITY_FIX,
                *OF_REQUESTS,
                *OF_REPLACEMENTS,
                *OF_LICENSES,
            },
        ),
        (
            "customer",
            GRANTS[Role.MEMBER],
            {
                Notice.IMPORT_DONE,
                Notice.SECURITY_FIX,
                *OF_EVERYONE,
                *OF_REQUESTS,
                *OF_REPLACEMENTS,
                *OF_LICENSES,
            },
        ),
        (
            "customer",
            GRANTS[Role.OBSERVER],
            {*OF_EVERYONE, *OF_REQUESTS, *OF_REPLACEMENTS, *OF_LICENSES},
        ),
        ("partner", GRANTS[Role.PARTNER], {Notice.ACCESS_ANSWERED}),
        (
            "partner",
            GRANTS[Role.PARTNER_ADMINISTRATOR] | {Permission.PRODUCTS_CHANGE},
            {Notice.IMPORT_DONE, Notice.ACCESS_ANSWERED, Notice.OUR_ACCESS_ENDS},
        ),
        (
            "staff",
            GRANTS[Role.STAFF_ADMINISTRATOR],
            {Notice.IMPORT_DONE, Notice.NEWS_FOLLOWED, *OF_REQUESTS},
        ),
        (
            "staff",
            GRANTS[Role.ESCALATION_MANAGER],
            {
                *OF_REQUESTS,
                Notice.NEWS_FOLLOWED,
                Notice.REQUEST_ASSIGNED,
                Notice.REQUEST_NOTED,
                Notice.REQUEST_DUE,
                Notice.UNASSIGNED_DUE,
                Notice.CRITICAL_DUE,
                Notice.CRITICAL_OPENED,
                Notice.ESCALATION_DUE,
                Notice.ESCALATION_GIVEN,
                Notice.MAIL_PARKED,
            },
        ),
    ],
)
def test_one_chooses_about_what_may_come(
    kind: str, held: frozenset[Permission], expected: set[Notice]
) -> None:
    assert set(offered(kind=kind, held=held)) == expected
