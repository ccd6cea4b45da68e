"""How long a return label takes as a PDF: at most a tenth of a second, of one and of many."""

import time
from statistics import median

from portal.base import clock
from portal.returns.labels import Size, labels_pdf
from portal.returns.queries import to_be_labelled
from tests.benchmarks.database import Bench
from tests.benchmarks.table import Line, milliseconds
from tests.factories import make_account, make_product, make_replacement

MOST, MANY = 0.1, 20  # seconds for one; labels in one file


def measure(bench: Bench, *, rounds: int = 20) -> list[Line]:
    with bench.arranging() as session, bench.app.test_request_context():
        account = make_account(session)
        model = make_product(session, account=account).model
        for _ in range(MANY):
            device = make_product(session, account=account, model=model)
            make_replacement(session, account, product=device, returned="label_ready")
        them = list(session.scalars(to_be_labelled()))
        lines = []
        for size in Size:
            for what, some in (("a label", them[:1]), (f"{MANY} labels", them)):
                taken = []
                for number in range(rounds):
                    some[0].recipient = f"Ola Hansen {number}"  # nothing is made from memory
                    began = time.perf_counter()
                    labels_pdf(some, size, now=clock.now())
                    taken.append(time.perf_counter() - began)
                first, usual = taken[0], median(taken)
                shown = f"{milliseconds(usual)}, the first {milliseconds(first)}"
                goal = f"≤ {1000 * MOST:.0f} ms" if len(some) == 1 else ""
                good = len(some) > 1 or usual <= MOST
                lines.append(Line(f"{what} on {size.value}", shown, goal=goal, good=good))
        session.rollback()
    return lines
