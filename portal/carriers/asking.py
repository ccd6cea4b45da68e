"""Asking carriers for many parcels at once, beside any transaction."""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Event as Flag
from threading import Lock

from portal.carriers.interface import Carrier, Garbled, Silent, Tracked
from portal.carriers.models import ParcelWatch
from portal.carriers.rules import Answer, Event

AT_ONCE = 8
_PATIENCE = 4  # so many silences in a row, and nobody is asked any more for now
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a carrier told of one parcel; of a silent one, when it may be asked again."""

    watch: ParcelWatch
    answer: Answer
    events: tuple[Event, ...] = ()
    wait: timedelta | None = None
    asked: bool = True  # False: others had no answer, so this one was not even asked for


class Asking:
    """One round. A carrier that is away is found out by a few, and not by thousands."""

    def __init__(self, carriers: Iterable[Carrier]) -> None:
        self._carriers = {it.name: it for it in carriers}
        self._silences, self._lock, self._away = 0, Lock(), Flag()
        self._wait = timedelta(minutes=5)

    @property
    def away(self) -> bool:
        return self._away.is_set()

    def all(self, watches: Iterable[ParcelWatch]) -> Iterator[Asked]:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="carriers") as pool:
            yield from pool.map(self._one, watches)

    def _one(self, watch: ParcelWatch) -> Asked:
        if self.away:
            return Asked(watch, Answer.SILENT, wait=self._wait, asked=False)
        try:
            told = self._carriers[watch.carrier].track(watch.number)
        except Silent as trouble:
            self._count(trouble)
            return Asked(watch, Answer.SILENT, wait=trouble.wait)
        except Garbled as trouble:
            _log.warning("%s, parcel %d: %s", watch.carrier, watch.id, trouble)
            return Asked(watch, Answer.GARBLED)
        except Exception:  # whatever an answer may hold, it stops no other parcel
            _log.exception("%s, parcel %d", watch.carrier, watch.id)
            return Asked(watch, Answer.GARBLED)
        self._silences = 0
        return self._of(watch, told)

    def _of(self, watch: ParcelWatch, told: Tracked) -> Asked:
        answer = Answer.KNOWN if told.known else Answer.UNKNOWN
        return Asked(watch, answer, told.events)

    def _count(self, trouble: Silent) -> None:
        with self._lock:
            self._silences += 1
            if self._silences >= _PATIENCE and not self.away:
                self._wait = max(self._wait, trouble.wait)
                self._away.set()
                _log.warning("the carrier does not answer: %s", trouble)
