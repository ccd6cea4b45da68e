"""A mail server that takes everything and keeps nothing, in a process of its own.

`python -m tests.benchmarks.sink` tells its port, and runs until its standard input ends.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.app import ROOT
from tests.web.smtp_server import Server, Sink


class Hole(Sink):
    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        return "250 OK"


@contextmanager
def running() -> Iterator[str]:
    """Where mails go: the URL for SMTP_URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.sink"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield f"smtp://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(20)


def main() -> None:
    server = Server(Hole())
    server.start()
    print(server.port, flush=True)
    while os.read(0, 1024):
        pass
    server.stop()


if __name__ == "__main__":
    main()
