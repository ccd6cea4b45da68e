from datetime import date

import pytest

from portal.agreements.rules import Coverage, Reason
from portal.agreements.wording import coverage_sentence
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
