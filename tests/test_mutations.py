"""What counts the changes that tests notice must itself see when they are too few."""

import pytest

from tests.mutations import judge


def changes(noticed: int, unnoticed: int) -> dict[str, str]:
    outcomes = ["killed", "timeout"] * noticed + ["survived"] * unnoticed
    return {f"portal.base.rules.x_{number}": it for number, it in enumerate(outcomes)}


@pytest.mark.parametrize(
    ("noticed", "unnoticed", "enough"), [(19, 2, True), (18, 2, False), (0, 0, False)]
)
def test_each_file_needs_enough_changes_that_were_noticed(
    noticed: int, unnoticed: int, enough: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {"a.py": changes(500, 0), "b.py": changes(noticed, unnoticed)}

    assert judge(found) is enough
    assert ("TOO FEW" in capsys.readouterr().out) is not enough
