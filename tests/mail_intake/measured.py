"""What reading hostile mails takes, in a process of its own: the most seconds, and the most memory.

Run as `python -m tests.mail_intake.measured`. Seconds are the processor's, so that a machine that
is busy with something else changes nothing.
"""

import json
import resource
import time

from portal.mail_intake.reading import read_letter
from portal.mail_intake.rules import MOST_BYTES
from tests.mail_intake import hostile


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000


def main() -> None:
    read_letter(b"", here="localhost")  # what is imported and compiled once is no mail's
    before, found = peak(), {}
    for source in (hostile.every, hostile.large):
        for name, raw in source():
            assert len(raw) <= MOST_BYTES, name
            began = time.process_time()
            letter = read_letter(raw, here="localhost")
            for _name, part in letter.named():
                part.content(raw)
            found[name] = time.process_time() - began
            del letter, raw
    slowest = max(found, key=lambda name: found[name])
    told = {"slowest": slowest, "seconds": found[slowest], "memory": peak() - before}
    print(json.dumps(told | {"mails": len(found)}))


if __name__ == "__main__":
    main()
