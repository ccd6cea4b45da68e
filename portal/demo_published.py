"""What the demo publishes. Only the versions of the CCX phones and the Trio C60 are real."""

from dataclasses import dataclass, field

from portal.base.bilingual import Bilingual
from portal.downloads.rules import Channel, Platform, Sort, Standing

NOTHING = Bilingual()
Notes = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    version: str
    file: str
    models: tuple[str, ...] = ()
    size: int = 400_000
    sort: Sort = Sort.FIRMWARE
    title: str = ""
    platform: Platform | None = None
    train: str = ""
    days: int = 0  # how many ago it came out
    notes: Notes = field(default_factory=dict)
    security: bool = False
    standing: Standing = Standing.CURRENT
    reason: Bilingual = NOTHING
    before: str = ""
    steps: Bilingual = NOTHING
    withdrawn: tuple[Channel, ...] = ()
    why: Bilingual = NOTHING
    pilot: bool = False


TERMS = Bilingual(
    "Programvaren er lisensiert, ikke solgt. Du kan installere den på enheter som er dekket av"
    " avtalen deres, og ta sikkerhetskopier av den. Du kan ikke endre den, ta den fra hverandre"
    " eller gi den til andre.\n\nDette er vilkår til demonstrasjon.",
    "The software is licensed, not sold. You may install it on devices that your agreement covers,"
    " and keep backup copies of it. You may not change it, take it apart, or give it to others.\n\n"
    "These are terms for demonstration.",
)
CCX, X_BARS = ("CCX 400", "CCX 500", "CCX 600"), ("Studio X30", "Studio X50", "Studio X52")
HEADSET = ("Voyager 4320 UC",)
RELEASES = (
    Written(
        version="7.2.1.1707",
        file="ccx-7.2.1.1707.sip.ld",
        models=CCX,
        before="7.0.3.0515",
        steps=Bilingual(
            "Ta sikkerhetskopi av innstillingene først. Telefonen starter på nytt to ganger.",
            "Back up the settings first. The phone restarts twice.",
        ),
        notes={
            "new": {
                "nb": "Støtte for fleksible arbeidsplasser i Microsoft Teams.\nRaskere oppstart.",
                "en": "Support for hot desking in Microsoft Teams.\nFaster start.",
            },
            "fixed": {
                "nb": "Ringetonen kunne falle ut etter viderekobling (EN-214870).",
                "en": "The ring tone could be lost after a transfer (EN-214870).",
            },
            "known": {"en": "Bluetooth headsets can take up to 20 seconds to connect."},
            "requirements": {
                "nb": "Versjon 7.0.3 eller nyere må være installert.",
                "en": "Version 7.0.3 or later must be installed.",
            },
        },
    ),
    Written(
        version="7.1.4.0200",
        file="ccx-7.1.4.0200.sip.ld",
        models=CCX,
        withdrawn=(Channel.TEAMS,),
        why=Bilingual(
            "Oppdatering fra administrasjonssenteret for Teams kunne stoppe halvveis.",
            "Updates from the Teams admin center could stop halfway.",
        ),
    ),
    Written(
        version="7.1.3.0991",
        file="ccx-7.1.3.0991.sip.ld",
        models=CCX,
        withdrawn=(Channel.PORTAL, Channel.TEAMS, Channel.LENS),
        why=Bilingual(
            "Telefoner med sidemodul kunne miste registreringen. Bruk 7.2.1.1707.",
            "Phones with an expansion module could lose their registration. Use 7.2.1.1707.",
        ),
    ),
    Written(
        version="7.0.3.0515",
        file="ccx-7.0.3.0515.sip.ld",
        models=CCX,
        standing=Standing.DEPRECATED,
        steps=Bilingual(
            "Lager nye sertifikater. Vent til lyset er grønt før du går videre.",
            "Makes new certificates. Wait for the green light before you go on.",
        ),
    ),
    Written(version="7.2.1.1712", file="trio-c60-7.2.1.1712.ld", models=("Trio C60",)),
    Written(
        version="4.3.2.440112",
        file="studio-x-4.3.2.440112.zip",
        models=X_BARS,
        days=12,
        size=900_000,
        security=True,
        train="VideoOS 4.3",
        notes={
            "fixed": {
                "nb": "Lukker et hull i nettsiden til enheten. Installer så snart du kan.",
                "en": "Closes a hole in the device's web page. Install it as soon as you can.",
            }
        },
    ),
    Written(
        version="4.3.0.439005",
        file="studio-x-4.3.0.439005.zip",
        models=X_BARS,
        days=70,
        train="VideoOS 4.3",
    ),
    Written(
        version="4.1.0.382263",
        file="studio-x-4.1.0.382263.zip",
        models=X_BARS,
        days=240,
        train="VideoOS 4.1",
        standing=Standing.BLOCKED,
        reason=Bilingual(
            "Kameraet kan bli varmt når enheten står på lenge.",
            "The camera can get hot when the device is on for long.",
        ),
    ),
    Written(
        version="4.4.0.450001",
        file="studio-x-4.4.0.450001.zip",
        models=("Studio X70",),
        days=3,
        pilot=True,
        train="VideoOS 4.4",
    ),
    *(
        Written(version=version, file=f"voyager-{version}.dfu", models=HEADSET, days=days)
        for version, days in (("0225_0_0", 30), ("0216_0_0", 200))
    ),
    *(
        Written(
            version="2.4.1",
            file=f"PolyLensDesktop-2.4.1.{ending}",
            models=(*HEADSET, *X_BARS),
            sort=Sort.SOFTWARE,
            title="Poly Lens Desktop",
            platform=platform,
            days=25,
            size=700_000,
        )
        for platform, ending in ((Platform.WINDOWS, "msi"), (Platform.MACOS, "pkg"))
    ),
)
