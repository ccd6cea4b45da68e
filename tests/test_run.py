"""What runs the checks must itself fail when it should."""

import sys

import pytest

from tests.run import ROOT, WITHOUT_DATABASE, Checks


def test_what_fails_is_named_and_fails_the_whole(capfd: pytest.CaptureFixture[str]) -> None:
    checks = Checks()
    checks.run("good", sys.executable, "-c", "print('3 passed in 1.00s')")
    checks.run("bad", sys.executable, "-c", "print('1 failed in 1.00s'); raise SystemExit(1)")
    assert checks.tell() == 1
    summary = capfd.readouterr().out.partition("== summary")[2]
    assert "\n3 passed in 1.00s\n" in summary
    assert "\n1 failed in 1.00s\n" in summary
    assert "FAILED or not checked: bad." in summary


def test_everything_passed_when_it_did(capfd: pytest.CaptureFixture[str]) -> None:
    checks = Checks()
    checks.run("good", sys.executable, "-c", "")
    assert checks.tell() == 0
    assert capfd.readouterr().out.endswith("\nEverything passed.\n")


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_in_ci_a_missing_component_is_a_failure(
    ci: str, code: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", ci)
    checks = Checks()
    checks.miss("tests on PostgreSQL", "no PostgreSQL server is installed")
    assert checks.tell() == code
    assert "NOT CHECKED: no PostgreSQL" in capfd.readouterr().out


def test_what_is_left_out_for_the_second_database_is_there() -> None:
    assert [path for path in WITHOUT_DATABASE if not (ROOT / path).is_file()] == []
