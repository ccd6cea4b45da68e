"""The demo's documents, and what the devices of its customers run. All is made up."""

from dataclasses import dataclass

from portal.demo_published import CCX, X_BARS
from portal.downloads.rules import Audience, DocumentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    kind: DocumentKind
    title: str
    language: str
    version: str
    issued: str
    models: tuple[str, ...]
    part_number: str = ""
    audience: Audience = Audience.PUBLIC


_ADMIN, _USER = DocumentKind.ADMINISTRATOR_GUIDE, DocumentKind.USER_GUIDE
DOCUMENTS = (
    *(
        Paper(
            kind=_ADMIN,
            title="Poly CCX Administrator Guide",
            language="en",
            version=version,
            issued=issued,
            models=CCX,
            part_number=number,
        )
        for version, issued, number in (
            ("7.2.0", "2022-02-07", "3725-49776-012A"),
            ("7.0.0", "2021-05-20", "3725-49776-010A"),
        )
    ),
    *(
        Paper(
            kind=DocumentKind.QUICK_START,
            title=title,
            language=code,
            version="1.2",
            issued="2021-09-01",
            models=CCX,
        )
        for code, title in (("nb", "Kom i gang med CCX"), ("en", "CCX quick start guide"))
    ),
    Paper(
        kind=DocumentKind.PRIVACY_GUIDE,
        title="Poly CCX Privacy Guide",
        language="en",
        version="7.2.0",
        issued="2022-02-07",
        models=CCX,
        audience=Audience.SIGNED_IN,
    ),
    *(
        Paper(
            kind=_USER,
            title=title,
            language=code,
            version="4.3",
            issued="2026-05-04",
            models=X_BARS,
        )
        for code, title in (("nb", "Poly Studio X brukerveiledning"), ("en", "Studio X User Guide"))
    ),
)
INSTALLED = {
    "CCX 500": ("6.2.23.0202", "7.0.3.0515", "7.2.1.1707"),
    "Studio X52": ("4.3.0.439005", "4.3.2.440112"),
    "Voyager 4320 UC": ("0225_0_0", "0225_0_0", "0216_0_0", ""),
}
