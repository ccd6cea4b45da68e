import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.references import (
    master_account_id,
    read_master_account_id,
    read_reference,
    reference,
    write_master_account_id,
)


@given(st.integers(1, 2**31 - 1), st.sampled_from(["SR", "RMA", "P", "L", "TU"]))
def test_a_reference_is_read_back_however_it_is_written(record_id: int, prefix: str) -> None:
    written = reference(prefix, record_id)
    digits = written.removeprefix(f"{prefix}-")

    for text in (written, written.lower(), digits, f" {prefix} {digits[:3]} {digits[3:]}"):
        assert read_reference(prefix, text) == record_id


@given(st.integers(1, 10**6), st.integers(0, 6), st.integers(1, 9))
def test_one_wrong_digit_is_never_another_record(record_id: int, place: int, step: int) -> None:
    digits = reference("P", record_id).removeprefix("P-")
    place %= len(digits)
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]

    assert read_reference("P", wrong) is None


@pytest.mark.parametrize(
    "text",
    ["", "P-", "P-1", "RMA-1000016", "P-10000१6", "P-1000016;drop", "370722150000006"],
)
def test_what_is_no_reference_is_none(text: str) -> None:
    assert read_reference("P", text) is None


def test_master_account_ids_are_written_in_groups() -> None:
    assert write_master_account_id(master_account_id(10422107)) == "1042-2107-3"
    assert read_master_account_id("1042 2107 3") == read_master_account_id("1042-2107-3")


@pytest.mark.parametrize("text", ["", "1042-2107-4", "1042-2107", "1042-2107-33", "abcd-efgh-i"])
def test_what_is_no_master_account_id_is_none(text: str) -> None:
    assert read_master_account_id(text) is None
