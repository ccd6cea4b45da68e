"""The demo's firmware, software and documents. The oldest are real versions with their days; files,
notes and all that became of them are made up. A file is the same at each start of a new demo."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select

from portal.accounts.models import Account
from portal.base import clock
from portal.base.file_store import FileStore
from portal.base.history import What, happened
from portal.base.sheets import read_sheet
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.catalogue.catalogue import catalogue_of
from portal.config import Settings
from portal.demo_papers import DOCUMENTS, INSTALLED
from portal.demo_published import RELEASES, TERMS, Written
from portal.downloads.imports import import_releases, rows_by_column
from portal.downloads.indexing import index_documents, index_releases
from portal.downloads.keeping import keep_file
from portal.downloads.models import (
    DocumentModel,
    PublishedDocument,
    ReleaseChannel,
    ReleaseModel,
    ReleasePilot,
    SoftwareRelease,
)
from portal.downloads.rules import Channel, State
from portal.downloads.taking import SoftwareTerms
from portal.products.models import Product
from portal.web.session import Sessions

EARLIER = Path(__file__).parent / "downloads" / "firmware_releases.csv"
STAFF = Scope(frozenset(), None, staff=True)


def load(sessions: Sessions, settings: Settings, *, nordlys: str) -> None:
    """Publish them, where nothing is."""
    store = FileStore(settings.storage_url)
    with sessions(scope=STAFF) as session, session.begin():
        if session.scalars(select(SoftwareRelease.id).limit(1)).first() is not None:
            return
        account = session.scalars(select(Account.id).where(Account.name == nordlys)).one()
        with EARLIER.open("rb") as file:
            rows = rows_by_column(read_sheet(file))
            import_releases(session, rows, by=None, now=clock.now())
        session.add(SoftwareTerms(text_nb=TERMS.nb, text_en=TERMS.en, since=clock.now()))
        made = [_publish(session, store, it, pilot=account) for it in RELEASES]
        for it, written in zip(made, RELEASES, strict=True):
            it.predecessor_id = _before(session, written)
        index_releases(session, made)
        _documents(session, store)
    _run(sessions, account)


def _before(session: ScopedSession, written: Written) -> int | None:
    model = catalogue_of(session).named(written.models[0]) if written.before else None
    if model is None:
        return None
    ask = select(SoftwareRelease.id).where(SoftwareRelease.version == written.before)
    mine = select(ReleaseModel.release_id).where(ReleaseModel.model_id == model.id)
    return session.scalars(ask.where(SoftwareRelease.id.in_(mine))).one()


def _publish(
    session: ScopedSession, store: FileStore, written: Written, *, pilot: int
) -> SoftwareRelease:
    now, models = clock.now(), catalogue_of(session)
    ids = [model.id for name in written.models if (model := models.named(name))]
    same = select(SoftwareRelease).where(SoftwareRelease.version == written.version)
    first = SoftwareRelease.models.any(ReleaseModel.model_id == ids[0])
    same = same.where(first, SoftwareRelease.platform == written.platform)
    it = session.scalars(same).first()
    if it is None:
        it = SoftwareRelease(version=written.version, created_at=now)
        it.models = [ReleaseModel(model_id=each) for each in ids]
        it.channels = [ReleaseChannel(channel=each) for each in Channel]
        session.add(it)
    it.sort, it.title, it.platform = written.sort, written.title, written.platform
    it.train = written.train or it.train or ""
    it.released_on = it.released_on or clock.today() - timedelta(written.days)
    it.notes, it.security, it.standing = written.notes, written.security, written.standing
    it.steps_nb, it.steps_en = written.steps.nb, written.steps.en
    it.reason_nb, it.reason_en = written.reason.nb, written.reason.en
    it.state, it.published_at, it.changed_at, it.demo = State.PUBLISHED, now, now, True
    if written.pilot:
        it.staged, it.pilots = True, [ReleasePilot(account_id=pilot)]
    it.file = keep_file(
        session,
        store,
        name=written.file,
        media_type="application/octet-stream",
        chunks=content_of(written.file, written.size),
        now=now,
    )
    known = {each.channel: each for each in it.channels}
    for channel in written.withdrawn:
        gone = known.get(channel)
        if gone is None:
            gone = ReleaseChannel(channel=channel)
            it.channels.append(gone)
        gone.withdrawn_at = now - timedelta(20)
        gone.reason_nb, gone.reason_en = written.why.nb, written.why.en
    session.flush()
    happened(session, it, What.PUBLISHED, by=None)
    return it


def _documents(session: ScopedSession, store: FileStore) -> None:
    now, models, made = clock.now(), catalogue_of(session), []
    for written in DOCUMENTS:
        name = f"{written.part_number or written.title}-{written.language}.pdf".replace(" ", "-")
        file = keep_file(
            session,
            store,
            name=name.lower(),
            media_type="application/pdf",
            chunks=[paper(f"{written.title} {written.version}")],
            now=now,
        )
        it = PublishedDocument(
            kind=written.kind,
            title=written.title,
            language=written.language,
            version=written.version,
            part_number=written.part_number,
            issued_on=date.fromisoformat(written.issued),
            audience=written.audience,
            file_id=file.id,
            created_at=now,
            changed_at=now,
            published_at=now,
            demo=True,
        )
        ids = [model.id for each in written.models if (model := models.named(each))]
        it.models = [DocumentModel(model_id=each) for each in ids]
        made.append(it)
    session.add_all(made)
    session.flush()
    for it in made:
        happened(session, it, What.PUBLISHED, by=None)
    index_documents(session, made)


def _run(sessions: Sessions, account: int) -> None:
    """Let the devices of the demo run something; several of them something old."""
    with sessions(scope=NOBODY) as session:
        models = catalogue_of(session)
    scope = Scope(frozenset({account}), account)
    with sessions(scope=scope) as session, session.begin():
        for name, versions in INSTALLED.items():
            model = models.named(name)
            mine = select(Product).where(Product.model_id == (model.id if model else 0))
            for number, product in enumerate(session.scalars(mine.order_by(Product.id))):
                product.installed_version = versions[number % len(versions)]


def content_of(name: str, size: int) -> Iterator[bytes]:
    """So many bytes that are always the same for this name."""
    block, sent = sha256(name.encode()).digest(), 0
    while sent < size:
        piece = (block * 2048)[: size - sent]
        yield piece
        sent, block = sent + len(piece), sha256(block).digest()


def paper(title: str) -> bytes:
    """A PDF of one page that says what it is."""
    line = f"BT /F1 20 Tf 60 760 Td ({title.encode('ascii', 'replace').decode()}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(line)} >>\nstream\n{line}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{each}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count, start = len(objects) + 1, len(out)
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    return out + f"{end}startxref\n{start}\n%%EOF\n".encode()
