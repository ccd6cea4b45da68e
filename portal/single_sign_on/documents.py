"""What providers publish, kept for a while."""

import json
from time import monotonic
from typing import Any

from portal.base.fetch import fetch
from portal.base.words import N_, Refused

_kept: dict[str, tuple[float, dict[str, Any]]] = {}


def document(url: str, *, local: bool, newer_than: float) -> dict[str, Any]:
    """A JSON document; as it was, when we asked for it within so many seconds."""
    at, said = _kept.get(url, (0.0, {}))
    if said and monotonic() - at < newer_than:
        return said
    status, content = fetch(url, local=local)
    said = read(content)
    if status != 200 or not said:
        raise Refused(N_("We find no OpenID provider at %(url)s."), field="issuer", url=url)
    if len(_kept) > 1000:
        _kept.clear()
    _kept[url] = monotonic(), said
    return said


def read(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def forget() -> None:
    """For tests: providers there come and go."""
    _kept.clear()
