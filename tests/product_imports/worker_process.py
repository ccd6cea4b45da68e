"""`portal work`, which keeps a job for a second and stops where it is told to, to be killed there.

The file that PAUSE names says where: "1" after the first thousand rows of a commit, "receipt" after
the last, "end" when nothing is left but to keep it all. It says "paused" once it has stopped.
"""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from portal.base import leases, run
from portal.cli import portal
from portal.product_imports.committing import Commit

LEASE = 1.0
_written = count(1)  # of this process, whose first commit it is


def pause(when: str) -> None:
    told = Path(os.environ["PAUSE"])
    if told.read_text() == when:
        told.write_text("paused")
        time.sleep(600)


def after(function: Callable[..., Any], then: Callable[[], None]) -> Callable[..., Any]:
    def both(*args: Any, **named: Any) -> Any:
        result = function(*args, **named)
        then()
        return result

    return both


def count_chunk() -> None:
    pause(str(next(_written)))


def main() -> None:
    leases.LEASE, run._BEAT = timedelta(seconds=LEASE), LEASE / 4
    Commit.write = after(Commit.write, count_chunk)  # type: ignore[method-assign]
    Commit.receipt = after(Commit.receipt, lambda: pause("receipt"))  # type: ignore[method-assign]
    run.Run.finish = after(run.Run.finish, lambda: pause("end"))  # type: ignore[method-assign]
    portal(["work"])


if __name__ == "__main__":
    main()
