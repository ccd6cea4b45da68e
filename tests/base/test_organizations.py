import pytest

from portal.base.organizations import organization_number


@pytest.mark.parametrize(
    "written",
    ["974760673", "974 760 673", "NO 974 760 673 MVA", "no974760673mva", "974\u00a0760\u00a0673"],
)
def test_organization_numbers_are_read_however_they_are_grouped(written: str) -> None:
    assert organization_number(written) == "974760673"


@pytest.mark.parametrize("written", ["", "97476067", "974760674", "9747606733", "NO", "97476067x"])
def test_what_is_no_organization_number_is_told_apart(written: str) -> None:
    assert organization_number(written) is None


@pytest.mark.parametrize("last", range(10))
def test_a_remainder_of_one_has_no_check_digit(last: int) -> None:
    # 3*3 + 2*0 + 7*0 + 6*0 + 5*0 + 4*0 + 3*1 + 2*0 = 12, and 12 % 11 is 1
    assert organization_number(f"3000001 0{last}") is None
