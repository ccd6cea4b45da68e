"""What a release is, for programs: its file, its hash, and what must be installed before it.

The bytes of a manifest are made of the release alone, so that the signature of one that was fetched
earlier holds as long as nothing has changed.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from portal.catalogue.catalogue import Catalogue, Model
from portal.downloads.rules import Standing, newest_first
from portal.downloads.shelf import Told
from portal.downloads.values import Release

VERSION = 1
Address = Callable[[Release], str]


def manifest_of(it: Release, models: Catalogue, told: Told, address: Address) -> dict[str, Any]:
    way = told.way(it, it.models, "")
    found: dict[str, Any] = {
        "manifest": VERSION,
        "release": it.reference,
        "kind": it.sort.value,
        "version": it.version,
        "train": it.train,
        "models": [model.name for model in models if model.id in it.models],
        "released": it.released_on.isoformat() if it.released_on else None,
        "security": it.security,
        "standing": it.standing.value,
        "channels": {
            channel.value: "withdrawn" if gone else "open" for channel, gone in it.channels.items()
        },
        "install_first": way.before[-1].version if way.before else None,
        "wait": not way.open,  # what must be installed first is not to be had
        "file": None,
    }
    if it.title:
        found |= {"title": it.title, "platform": it.platform.value if it.platform else None}
    if it.file and not it.withdrawn and it.standing is not Standing.BLOCKED:
        found["file"] = {
            "name": it.file.name,
            "size": it.file.size,
            "sha256": it.file.sha256,
            "url": address(it),
        }
    return found


def manifest_of_model(
    model: Model, models: Catalogue, told: Told, address: Address
) -> dict[str, Any]:
    suggested = told.suggested(model.id)
    return {
        "manifest": VERSION,
        "model": model.name,
        "part_numbers": list(model.part_numbers),
        "end_of_service": model.end_of_service.isoformat() if model.end_of_service else None,
        "suggested": suggested.version if suggested else None,
        "releases": [manifest_of(it, models, told, address) for it in told.releases_of(model.id)],
    }


def written(manifest: dict[str, Any]) -> bytes:
    """One way to write it, which is signed."""
    return (json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def mirror_list(releases: Iterable[Release], address: Address) -> Iterable[str]:
    """What `aria2c --input-file` reads: each file with its name and the hash that it is held
    against. Two files of one name lie in folders of their releases."""
    for it in newest_first(releases):
        if it.file:
            yield f"{address(it)}\n"
            yield f"  out={it.reference}/{it.file.name}\n"
            yield f"  checksum=sha-256={it.file.sha256}\n"
