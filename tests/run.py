"""Every check there is, one after the other: `python3 wsgi.py test`.

With `--all`, also what takes long: every width, scheme and language in the browser, the large
fault counts, mutations, and the other Pythons. With paths or options of pytest, pytest alone.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests import postgres

ROOT = Path(__file__).parent.parent
SUITE = ("-v", "-n", "2", "--dist", "worksteal", "-m", "not browser")
BROWSER = ("-v", "-n", "2", "-m", "browser", "--dist", "loadfile")
# What never asks a database and takes its time is not run for a second one.
WITHOUT_DATABASE = (
    "tests/test_architecture.py",
    "tests/test_bootstrap.py",
    "tests/test_run.py",
    "tests/test_words.py",
    "tests/base/test_sheet_csv.py",
    "tests/base/test_sheet_xlsx.py",
    "tests/base/test_sheets.py",
    "tests/base/test_text.py",
    "tests/product_imports/test_rules.py",
)
# These walk through every page, as everybody. Every day they do on SQLite, where no row-level
# security stands behind the scope to hide its faults; with `--all` on both.
ON_BOTH_WITH_ALL = ("tests/test_canary.py", "tests/test_matrix.py")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PYTHONS = ("3.11", "3.12", "3.13")
# A test that waits for a browser, a process or a clock can be red because the machine was busy with
# others. So few are tried once more, alone; more than that is no accident.
FEW = 3


@dataclass
class Checks:
    """What was checked, and what came of it."""

    outcomes: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def run(self, title: str, *command: str, **environment: str) -> None:
        """Run it, showing what it says; its last line is shown again at the end."""
        code, outcome = self._show(title, *command, **environment)
        if code:
            self.failed.append(title)
        self.outcomes.append(outcome)

    def _show(self, title: str, *command: str, **environment: str) -> tuple[int, str]:
        """The exit code, and how it went in words."""
        print(f"\n== {title} {'=' * (76 - len(title))}", flush=True)
        began, last = time.monotonic(), ""
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                last = line.strip() or last
        how = "FAILED" if process.returncode else "passed"
        outcome = f"{title}: {how}, {time.monotonic() - began:.0f} s\n{last}".strip()
        return process.returncode, outcome

    def pytest(self, title: str, *arguments: str, **environment: str) -> None:
        """Run tests. The few that are red are tried once more, alone, and named in any case."""
        with tempfile.TemporaryDirectory() as folder:
            command = (sys.executable, "-m", "pytest", *arguments, "-o", f"cache_dir={folder}")
            code, outcome = self._show(title, *command, **environment)
            self.outcomes.append(outcome)
            red = _red(Path(folder))
            if code == 1 and 0 < len(red) <= FEW:
                self.outcomes[-1] += "".join(f"\nred among others: {test}" for test in red)
                alone = (*command, "--last-failed", "-n", "0", "--dist", "no")
                self.run(f"{title}, the red ones alone", *alone, **environment)
            elif code:
                self.failed.append(title)

    def miss(self, title: str, what: str) -> None:
        print(f"\n== {title} {'=' * (76 - len(title))}\nNOT CHECKED: {what}", flush=True)
        self.missing.append(title)
        self.outcomes.append(f"{title}: NOT CHECKED, {what}")

    def tell(self) -> int:
        """What came of it all, and whether it is good: in CI, what is not checked is not good."""
        print(f"\n== summary {'=' * 69}")
        print("\n".join(self.outcomes))
        good = not self.failed and not (self.missing and os.environ.get("CI") == "true")
        bad = ", ".join([*self.failed, *self.missing])
        print("\nEverything passed." if not bad else f"\nFAILED or not checked: {bad}.")
        return 0 if good else 1


def main(arguments: list[str]) -> int:
    everything = "--all" in arguments
    arguments = [each for each in arguments if each != "--all"]
    if everything:
        os.environ["PORTAL_TEST_ALL"] = "1"
    if arguments:
        return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=ROOT)
    checks = Checks()
    _style(checks)
    _suite(checks, everything)
    _browser(checks)
    if everything:
        checks.run("mutations", sys.executable, "-m", "tests.mutations")
        _other_pythons(checks)
    return checks.tell()


def _red(folder: Path) -> list[str]:
    """The tests that pytest remembers as red in this cache folder of its."""
    remembered = folder / "v" / "cache" / "lastfailed"
    return sorted(json.loads(remembered.read_text())) if remembered.is_file() else []


def _style(checks: Checks) -> None:
    for title, *command in (
        ("ruff check", "ruff", "check", "."),
        ("ruff format", "ruff", "format", "--check", "."),
        ("djlint", "djlint", "templates", "--lint"),
        ("mypy --strict", "mypy"),
    ):
        checks.run(title, sys.executable, "-m", *command)


def _suite(checks: Checks, everything: bool) -> None:
    """The floors between the modules are checked in it too, see test_architecture.py."""
    checks.pytest("tests on SQLite", *SUITE)
    programs = postgres.find()
    if programs is None:
        checks.miss("tests on PostgreSQL", "no PostgreSQL server is installed")
        return
    with postgres.server(programs) as url:
        left = WITHOUT_DATABASE if everything else (*WITHOUT_DATABASE, *ON_BOTH_WITH_ALL)
        rest = [f"--ignore={path}" for path in left]
        # Of one test, examples differ in what is sent, and hardly in what a database is asked for.
        rest += [] if everything else ["--few-of-each"]
        checks.pytest("tests on PostgreSQL", *SUITE, *rest, TEST_DATABASE_URL=url)


def _browser(checks: Checks) -> None:
    if any(map(shutil.which, BROWSERS)):
        checks.pytest("tests in the browser", *BROWSER)
    else:
        checks.miss("tests in the browser", f"none of {', '.join(BROWSERS)} is on the PATH")


def _other_pythons(checks: Checks) -> None:
    """The suite once more on each Python that is promised, from its very set-up."""
    for version in PYTHONS:
        title = f"tests on Python {version}"
        if sys.version.startswith(f"{version}."):
            checks.outcomes.append(f"{title}: the one above")
        elif python := _python(version):
            folder = str(ROOT / ".venv" / f"python{version}")
            checks.run(title, python, "wsgi.py", "test", *SUITE, PORTAL_VENV=folder)
        else:
            checks.miss(title, f"no Python {version} was found")


def _python(version: str) -> str | None:
    """A Python of this version that works: one on the PATH, one of pyenv's, or one of uv's."""
    kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    candidates = [shutil.which(f"python{version}"), *map(str, kept)]
    if uv := shutil.which("uv"):
        asked = [uv, "python", "find", "--no-project", version]
        candidates.append(
            subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        )
    for python in filter(None, candidates):
        command = [python, "-c", "import sys; print(sys.version)"]
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        if re.match(rf"{re.escape(version)}\.", told):
            return python
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
