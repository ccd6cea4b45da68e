"""Changes the rules that matter most in small ways, one at a time: a test must notice each.

`python -m tests.mutations`, a part of `python3 wsgi.py test --all`. What is changed, and by which
tests it must be noticed, is in pyproject.toml.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FEWEST = 95  # percent: some changes, such as of a default nobody relies on, change nothing
MUTMUT = (sys.executable, "-m", "mutmut")


def main() -> int:
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    # Its progress is one line that is written over thousands of times.
    subprocess.run([*MUTMUT, "run"], cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    subprocess.run([*MUTMUT, "results"], cwd=ROOT, check=False)
    subprocess.run([*MUTMUT, "export-cicd-stats"], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    counts = json.loads((ROOT / "mutants" / "mutmut-cicd-stats.json").read_text("utf-8"))
    noticed, total = counts["killed"] + counts["timeout"], counts["total"]
    print(f"{noticed} of {total} changes were noticed, at least {FEWEST} % should be.")
    return 0 if total and noticed * 100 >= FEWEST * total else 1


if __name__ == "__main__":
    sys.exit(main())
