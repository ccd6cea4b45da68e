"""What runs the checks must itself fail when it should."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.run import FEW, ON_BOTH_WITH_ALL, ROOT, WITHOUT_DATABASE, Checks

# Red the first time it is run, green after that.
UNSTEADY = """
from pathlib import Path
def test_unsteady():
    seen = Path(__file__).with_suffix(".seen")
    was = seen.exists()
    seen.touch()
    assert was
"""
RED = "def test_red():\n    assert False\n"
GREEN = "def test_green():\n    pass\n"


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
    left = (*WITHOUT_DATABASE, *ON_BOTH_WITH_ALL)
    assert [path for path in left if not (ROOT / path).is_file()] == []


def _checked(folder: Path, **modules: str) -> Checks:
    (folder / "none.ini").write_text("[pytest]\n")
    for name, text in modules.items():
        (folder / f"test_{name}.py").write_text(text)
    checks = Checks()
    checks.pytest("tests", str(folder), "-c", str(folder / "none.ini"), "-n", "2", "--dist", "load")
    return checks


def test_a_red_one_is_tried_once_more_alone_and_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _checked(tmp_path, unsteady=UNSTEADY, green=GREEN).tell() == 0
    summary = capfd.readouterr().out.partition("== summary")[2]
    assert "test_unsteady.py::test_unsteady" in summary
    assert "tests, the red ones alone: passed" in summary
    assert "1 passed" in summary


def test_one_that_stays_red_fails_the_whole(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _checked(tmp_path, red=RED, green=GREEN).tell() == 1
    assert "FAILED or not checked: tests, the red ones alone." in capfd.readouterr().out


def test_many_red_ones_are_not_tried_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    many = {f"red{number}": UNSTEADY for number in range(FEW + 1)}
    assert _checked(tmp_path, **many).tell() == 1
    assert "the red ones alone" not in capfd.readouterr().out


def test_what_cannot_be_collected_fails_the_whole(tmp_path: Path) -> None:
    assert _checked(tmp_path, broken="import nothing_of_the_kind\n").tell() == 1


EXAMPLES = """
import pytest
@pytest.mark.parametrize("it", range(5))
def test_many(it):
    assert it in (0, 4)
def test_alone():
    pass
"""


@pytest.mark.parametrize(
    ("told", "outcome"),
    [(["--few-of-each"], "3 passed, 3 deselected"), ([], "3 failed, 3 passed")],
)
def test_few_of_each_are_the_first_and_the_last_example(
    tmp_path: Path, told: list[str], outcome: str
) -> None:
    (tmp_path / "none.ini").write_text("[pytest]\n")
    (tmp_path / "test_examples.py").write_text(EXAMPLES)
    command = [sys.executable, "-m", "pytest", str(tmp_path), "-c", str(tmp_path / "none.ini")]
    command += ["-p", "tests.conftest", "-p", "no:cacheprovider", *told]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert f"{outcome} in" in done.stdout
