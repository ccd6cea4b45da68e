"""What Fjordhelse HF and its partner ask of support in the demo. Everything is made up."""

from portal.agreements.targets import Severity
from portal.cloud_partners.rules import CloudPartner
from portal.demo_stories import ANNA, INGRID, SIRI, SOLUTION, TOR, Deed, Story, reply
from portal.service_requests.rules import About, Status

CONSULTATION = Story(
    hours_ago=30,
    who=INGRID,
    subject="Kamera fryser midt i videokonsultasjoner",
    text=(
        "Legene på poliklinikken opplever at bildet fryser etter omtrent 20 minutter. Pasienten"
        " ser legen, men ikke motsatt. Det skjer på minst fire rom og i to ulike møtetjenester."
    ),
    severity=Severity.HIGH,
    model="Studio X30",
    device_count=4,
    contact="Ingrid Moen",
    phone="+4755667788",
    deeds=(
        reply(29.4, TOR, "Hei Ingrid, jeg kjenner oppsettet deres og ser på dette i dag."),
        reply(
            20,
            TOR,
            "Feilen er gjenskapt hos oss og ligger hos utviklerne. Inntil den er rettet, hjelper"
            " det å slå av automatisk utsnitt.",
            status=Status.WAITING_FOR_DEVELOPMENT,
        ),
        reply(18, INGRID, "Takk, det holder bildet i gang. Men vi trenger utsnittet igjen."),
    ),
)
CLOUD = Story(
    hours_ago=50,
    who=SIRI,
    subject="Møterommene vises som frakoblet i Teams",
    text=(
        "På vegne av Fjordhelse: elleve rom vises som frakoblet i administrasjonssenteret for"
        " Teams, men brukerne kan starte møter. Det begynte i går."
    ),
    about=About.SOFTWARE,
    model="Studio X52",
    device_count=11,
    contact="Siri Berg",
    phone="+4798765432",
    own_reference="VN-3391",
    deeds=(
        reply(
            48.5,
            ANNA,
            "Hei Siri!\nRommene svarer som de skal hos oss, så dette ser ut til å ligge hos"
            " Microsoft. Vi melder det til dem og følger det opp for dere.",
        ),
        Deed(48.4, ANNA, "cloud begin", {"partner": CloudPartner.TEAMS}),
        Deed(47, INGRID, "cloud agreement", {"number": "MS-PREM-20417"}),
        Deed(46, ANNA, "cloud isolated", {"text": "Rommene svarer, og loggene er uten feil."}),
        Deed(
            45.5,
            ANNA,
            "cloud incident",
            {
                "number": "2611180040",
                "text": "Microsoft har fått loggene fra alle elleve rom.",
                "days": 4,
            },
        ),
    ),
)
TELEHEALTH = Story(
    hours_ago=0.4,
    who=INGRID,
    subject="Trenger hjelp til å flytte en Telehealth Station",
    text=(
        "Vi flytter akuttmottaket om to uker og må flytte én stasjon. Trenger den nytt oppsett"
        " etterpå, og kan noen være tilgjengelig på telefon den dagen?"
    ),
    about=About.OTHER,
    severity=Severity.LOW,
    model="Telehealth Station",
    contact="Ingrid Moen",
)
DEAD = Story(
    hours_ago=130,
    who=INGRID,
    subject="Bordtelefon starter ikke",
    text="Telefonen i resepsjonen i Førde er helt svart. Vi har prøvd en annen kabel og port.",
    model="CCX 500",
    device_count=1,
    deeds=(
        reply(
            128.5,
            ANNA,
            "Da er det strømdelen. Vi har sendt en ny telefon, den kommer i morgen.",
            status=Status.REPLACEMENT,
        ),
        reply(100, ANNA, "Sporingen sier at den er levert. Virker den nye?", **SOLUTION),
        Deed(98, INGRID, "accept"),
    ),
)
STORIES = (DEAD, CLOUD, CONSULTATION, TELEHEALTH)
