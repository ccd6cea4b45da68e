"""What is published after years, for every model, and what customers run of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from portal.base import clock
from portal.base.tenancy import vetting
from portal.catalogue.catalogue import catalogue_of
from portal.downloads.indexing import index_documents, index_releases
from portal.downloads.models import (
    DocumentModel,
    PublishedDocument,
    PublishedFile,
    ReleaseChannel,
    ReleaseModel,
    SoftwareRelease,
)
from portal.downloads.rules import Audience, Channel, DocumentKind, Sort, State
from portal.downloads.taking import Download
from portal.products.models import Product
from tests.benchmarks.database import Bench
from tests.benchmarks.stock import Size, Stock, fill
from tests.factories import make_agreement

RELEASES, DOCUMENTS, TAKEN = 5_000, 2_000, 1_000_000
RARE, COMMON = "Svartisen", "Teams"  # in the notes of one release, and of three of ten
OURS = 5_000  # devices of the account at hand, at full size
_VERSIONS = 6  # that run of a model
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Published:
    beside: Stock
    releases: int
    model_id: int  # of which there are most
    release_id: int


def fill_with_downloads(bench: Bench, scale: float) -> Published:
    stock = fill(bench, Size(max(3, int(50 * scale)), int(20_000 * scale), int(OURS * scale)))
    releases, documents = max(200, int(RELEASES * scale)), max(80, int(DOCUMENTS * scale))
    with bench.arranging() as session:
        account = stock.user(session).memberships[0].account
        make_agreement(session, account)
        models = [it.id for it in catalogue_of(session)]
        files = [_file(number) for number in range(1, releases + documents + 1)]
        session.add_all(files)
        session.flush()
        out = [_release(n, models, files[n]) for n in range(releases)]
        papers = [_document(n, models, files[releases + n]) for n in range(documents)]
        session.add_all([*out, *papers])
        session.flush()
        index_releases(session, out)
        index_documents(session, papers)
        shown = Published(stock, releases, models[0], out[releases // 2].id)
        table: Any = Product.__table__
        for model_id in models:
            mine = [it.version for it in out if it.models[0].model_id == model_id]
            for turn, version in enumerate(mine[-_VERSIONS:]):
                some = Product.model_id == model_id, Product.id % _VERSIONS == turn
                told = update(table).where(*some).values(installed_version=version)
                with vetting():
                    session.connection().execute(told)
    _take(bench, stock, releases, max(2_000, int(TAKEN * scale)))
    bench.settle()
    return shown


def _file(number: int) -> PublishedFile:
    return PublishedFile(
        key=f"benchmark-{number:014}",
        name=f"poly-firmware-{number}.zip",
        media_type="application/zip",
        size=500_000_000 + number,
        sha256=f"{number:064x}",
        created_at=clock.now(),
        held=None,
    )


def _release(number: int, models: list[int], file: PublishedFile) -> SoftwareRelease:
    now, turn = clock.now(), number // len(models)
    words = f"Retter feil {number} i møterom med {COMMON if number % 10 < 3 else 'Zoom'}."
    written = {"new": words, "fixed": "Stabil lyd. " * 20, "known": f"Sak {number}."}
    if number == 7:
        written["known"] += f" {RARE}"
    return SoftwareRelease(
        sort=Sort.FIRMWARE,
        version=f"{4 + turn // 40}.{turn // 4 % 10}.{turn % 4}.{1000 + number}",
        train="",
        released_on=clock.today() - timedelta(days=number % 2_000),
        notes={"nb": written, "en": written},
        security=number % 9 == 0,
        audience=Audience.COVERED,
        state=State.PUBLISHED,
        created_at=now,
        changed_at=now,
        published_at=now,
        file=file,
        models=[ReleaseModel(model_id=models[number % len(models)])],
        channels=[ReleaseChannel(channel=each) for each in Channel],
    )


def _document(number: int, models: list[int], file: PublishedFile) -> PublishedDocument:
    now, kinds = clock.now(), list(DocumentKind)
    return PublishedDocument(
        kind=kinds[number % len(kinds)],
        title=f"Veiledning {number % 300}",
        language=("nb", "en", "de", "sv")[number % 4],
        version=f"{1 + number // 300}.0",
        created_at=now,
        changed_at=now,
        published_at=now,
        file=file,
        models=[DocumentModel(model_id=models[number % len(models)])],
    )


def _take(bench: Bench, stock: Stock, releases: int, number: int) -> None:
    """What the account at hand has downloaded, and as much of the others."""
    with bench.arranging() as session:
        out = session.execute(select(SoftwareRelease.id, SoftwareRelease.file_id)).all()
        at = clock.now() - timedelta(days=900)
        for first in range(0, number, _AT_ONCE):
            rows: list[dict[str, Any]] = []
            for each in range(first, min(first + _AT_ONCE, number)):
                release_id, file_id = out[each % len(out)]
                ours = each % 2 == 0
                rows.append(
                    {
                        "account_id": stock.account_id if ours else stock.other_id,
                        "user_id": stock.user_id if ours else stock.other_user_id,
                        "file_id": file_id,
                        "release_id": release_id,
                        "document_id": None,
                        "at": at + timedelta(seconds=each * 60),
                    }
                )
            with vetting():
                session.connection().execute(insert(Download.__table__), rows)  # type: ignore[arg-type]
