"""How long a job may take. Works in a process's main thread, which is where workers run."""

import faulthandler
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE = 15.0


class Interrupted(BaseException):
    """Raised in the middle of a job: its time is up. No `except Exception` swallows it."""


@contextmanager
def time_limit(seconds: float, *, deadly: bool = False) -> Iterator[None]:
    """Interrupt what takes longer. With `deadly`, what then still goes on ends the process.

    Some code cannot be interrupted, such as a regular expression that never ends: it holds the
    interpreter, and only a process that dies lets go of it. In other threads than the main one
    nothing is interrupted; there the lease ends, and what comes after its end is not kept.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    if deadly:
        faulthandler.dump_traceback_later(seconds + _PATIENCE, exit=True)
    try:
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        finally:
            if deadly:
                faulthandler.cancel_dump_traceback_later()
            signal.signal(signal.SIGALRM, previous)


def hurry(seconds: float) -> None:
    """Leave what runs under a limit at most this long from now."""
    if signal.getsignal(signal.SIGALRM) is _ring:
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        signal.setitimer(signal.ITIMER_REAL, min(left or seconds, seconds))


def _ring(_number: int, _frame: object) -> None:
    raise Interrupted
