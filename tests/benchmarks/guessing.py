"""Whether time tells which addresses are known: at signing in and at asking for a new password.

Known and unknown ones are asked for in turn. What is compared is the time of the processor: on a
busy machine the clock on the wall tells how busy it is.
"""

import time
from statistics import median

from flask.testing import FlaskClient

from portal.accounts.hashing import hash_password
from portal.web.limits import KNOWN, Limits
from tests.benchmarks.database import Bench
from tests.benchmarks.table import Line
from tests.factories import make_user

TRIES, MOST = 200, 0.005  # of each; seconds between their medians
WARM = 10


def measure(bench: Bench) -> list[Line]:
    stated = ",".join(f"{kind}=100000/1" for kind in KNOWN)
    bench.app.extensions["limits"] = Limits(stated=stated)
    bench.app.config["WTF_CSRF_ENABLED"] = False
    with bench.arranging() as session:
        hashed = hash_password("Fjorten grå griser under en bro")
        known = [make_user(session, password_hash=hashed).email for _ in range(WARM + TRIES)]
    client = bench.app.test_client()
    return [
        _line("signing in", client, "/sign-in", known),
        _line("asking for a new password", client, "/password-reset", known),
    ]


def _line(what: str, client: FlaskClient, path: str, known: list[str]) -> Line:
    taken: tuple[list[float], list[float]] = ([], [])
    for number, email in enumerate(known):
        pair = [(0, email), (1, f"nobody{number}@example.com")]
        for kind, asked in pair if number % 2 else reversed(pair):
            began = time.process_time()
            client.post(path, data={"email": asked, "password": "wrong"}).get_data()
            if number >= WARM:
                taken[kind].append(time.process_time() - began)
    first, second = (median(each) for each in taken)
    gap = abs(first - second)
    shown = f"known {1000 * first:.2f} ms, unknown {1000 * second:.2f} ms, gap {1000 * gap:.2f} ms"
    return Line(what, shown, goal=f"< {1000 * MOST:.0f} ms", good=gap < MOST)
