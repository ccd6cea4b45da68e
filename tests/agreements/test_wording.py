from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.agreements.periods import Break, BreakKind
from portal.agreements.rules import Coverage, Reason
from portal.agreements.wording import (
    break_sentence,
    coverage_sentence,
    coverage_state,
    coverage_text,
    target_text,
)
from portal.catalogue.models import Category
from portal.web.locale import speaking

DAY = date(2028, 2, 29)


@pytest.mark.parametrize(
    ("coverage", "sentence"),
    [
        (
            Coverage(reason=Reason.COVERED, agreement="PPE-1", until=DAY),
            "Dekket av avtale PPE-1 til og med 29. februar 2028.",
        ),
        (
            Coverage(reason=Reason.COVERED, agreement="PPE-1", until=DAY, service_ends=True),
            "Dekket av avtale PPE-1 til og med 29. februar 2028, som er siste dag med støtte"
            " for modellen.",
        ),
        (
            Coverage(reason=Reason.NOT_IN_FORCE, agreement="PPE-1", since=DAY),
            "Ikke dekket ennå. Avtale PPE-1 gjelder fra 29. februar 2028.",
        ),
        (
            Coverage(reason=Reason.CATEGORY, agreement="PPE-1", category=Category.VOICE),
            "Ikke dekket. Avtale PPE-1 omfatter ikke «Tale».",
        ),
        (
            Coverage(reason=Reason.QUOTE_ONLY, agreement="PPE-1"),
            "Ikke dekket. Modellen dekkes bare etter eget tilbud, og avtale PPE-1 har ingen"
            " linje for den.",
        ),
        (
            Coverage(reason=Reason.SERVICE_ENDED, until=DAY),
            "Ikke dekket. Støtten for modellen er avsluttet. Siste dag var 29. februar 2028.",
        ),
        (
            Coverage(reason=Reason.AGREEMENT_ENDED, agreement="PPE-1", until=DAY),
            "Ikke dekket. Avtale PPE-1 er avsluttet. Siste dag var 29. februar 2028.",
        ),
        (
            Coverage(reason=Reason.NO_AGREEMENT),
            "Ikke dekket. Ingen serviceavtale gjelder.",
        ),
    ],
)
def test_every_reason_is_a_sentence(coverage: Coverage, sentence: str) -> None:
    with speaking("nb"):
        assert coverage_sentence(coverage) == sentence


@pytest.mark.parametrize("reason", Reason)
def test_no_reason_is_left_without_words(reason: Reason) -> None:
    with speaking("en"):
        assert "overed" in coverage_sentence(Coverage(reason=reason))


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("first_response_critical", 30, "30 minutter"),
        ("first_response_critical", 1, "1 minutt"),
        ("first_response_critical", 90, "90 minutter"),
        ("first_response_high", 60, "1 time"),
        ("first_response_low", 480, "8 timer"),
        ("next_update_high", 24, "24 timer"),
        ("next_update_medium", 48, "2 dager"),
        ("next_update_low", 120, "5 dager"),
        ("cut_off", 900, "kl. 15.00"),
        ("return_window", 10, "10 arbeidsdager"),
        ("reopening", 1, "1 dag"),
        ("true_up", 5, "5\N{NO-BREAK SPACE}%"),
    ],
)
def test_targets_are_told_in_the_largest_even_unit(key: str, value: int, text: str) -> None:
    with speaking("nb"):
        assert target_text(key, value) == text


def test_gaps_and_overlaps_are_sentences() -> None:
    gap = Break(kind=BreakKind.GAP, first=DAY, last=DAY, before="PPE-1", after="PPE-2")
    overlap = replace(gap, kind=BreakKind.OVERLAP, last=date(2028, 3, 31))

    with speaking("nb"):
        assert (
            break_sentence(gap)
            == "Ingenting er dekket 29. februar 2028, mellom avtale PPE-1 og avtale PPE-2."
        )
        assert break_sentence(overlap).startswith("Avtale PPE-1 og avtale PPE-2 gjelder begge 29.")


def test_tags_say_when_it_ends_and_warn_ninety_days_before() -> None:
    covered = Coverage(reason=Reason.COVERED, agreement="PPE-1", until=DAY)

    with speaking("nb"):
        assert coverage_text(covered) == "Dekket til 29.02.2028"
        assert coverage_text(Coverage(reason=Reason.SERVICE_ENDED)) == "Støtten er avsluttet"
    assert coverage_state(covered, DAY - timedelta(days=91)) == "yes"
    assert coverage_state(covered, DAY - timedelta(days=90)) == "soon"
    assert coverage_state(Coverage(reason=Reason.NO_AGREEMENT), DAY) == "no"
