"""Changes the rules that matter most in small ways, one at a time: a test must notice each.

`python -m tests.mutations`, a part of `python3 wsgi.py test --all`. What is changed, and by which
tests it must be noticed, is in pyproject.toml.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
FEWEST = 95  # percent of each file: some changes, such as of how much is remembered, change nothing
MUTMUT = (sys.executable, "-m", "mutmut")
NOTICED = {"killed", "timeout"}


def main() -> int:
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    run = subprocess.run(
        [*MUTMUT, "run"],
        cwd=ROOT,
        # Where a test fails before anything is changed, its output is all there is to go by.
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=os.environ | {"NO_COLOR": "1"},
        check=False,
    )
    if run.returncode:
        # Its progress is one line that is written over thousands of times.
        print("\n".join(line.rpartition("\r")[2] for line in run.stdout.split("\n")))
        return 1
    return 0 if judge(outcomes()) else 1


def outcomes() -> dict[str, dict[str, str]]:
    """For each file, what came of each change of it."""
    command = [*MUTMUT, "results", "--all", "true"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    found: dict[str, dict[str, str]] = {file: {} for file in settings["only_mutate"]}
    for line in filter(None, map(str.strip, told.splitlines())):
        change, _, outcome = line.partition(": ")
        module = change.rpartition(".")[0]
        found[f"{module.replace('.', '/')}.py"][change] = outcome
    return found


def judge(found: dict[str, dict[str, str]]) -> bool:
    """Show what nobody noticed, and tell whether enough was noticed of each file."""
    good = True
    for file, changes in found.items():
        unnoticed = [change for change, outcome in changes.items() if outcome not in NOTICED]
        for change in unnoticed:
            print(f"    {change}: {changes[change]}")
        noticed, total = len(changes) - len(unnoticed), len(changes)
        enough = bool(total) and noticed * 100 >= FEWEST * total
        print(f"{file}: {noticed} of {total} changes were noticed{'' if enough else ', TOO FEW'}")
        good = good and enough
    print(f"At least {FEWEST} % should be, of each file.")
    return good


if __name__ == "__main__":
    sys.exit(main())
