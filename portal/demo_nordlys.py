"""What Nordlys Kraft AS asks of support in the demo. Everything is made up."""

from portal.agreements.targets import Severity
from portal.demo_stories import ANNA, ERIK, KARI, OLA, SOLUTION, WAITING, Deed, Story, reply
from portal.service_requests.rules import About

NO_SOUND = Story(
    hours_ago=26,
    who=OLA,
    subject="Ingen lyd i møterom Aurora etter oppdatering",
    text=(
        "Hei,\netter at videobaren oppdaterte seg i natt, hører de andre oss ikke. Bildet er fint,"
        " og vi hører dem. Vi har slått den av og på to ganger. Rommet brukes hele dagen."
    ),
    severity=Severity.HIGH,
    model="Studio X52",
    contact="Ola Hansen",
    phone="+4722334410",
    own_reference="INC-20417",
    deeds=(
        reply(
            25.5,
            ANNA,
            "Hei Ola!\nTakk for god beskrivelse. Kan du sende loggen fra videobaren? Du finner den"
            " under Diagnostikk og Last ned logger i nettsiden til enheten. Da ser vi om"
            " mikrofonene kommer opp etter omstart.",
            waiting_for="send loggfilen fra videobaren",
            **WAITING,
        ),
        reply(
            25,
            ANNA,
            "Ligner det vi så hos to andre kunder i forrige uke. Sjekk mikrofonmatrisen i loggen"
            " før vi bestiller bytte.",
            internal=True,
        ),
        Deed(24.9, ANNA, "time", {"minutes": 20, "note": "Leste gjennom lignende saker"}),
    ),
)
ALL_DOWN = Story(
    hours_ago=5,
    who=KARI,
    subject="Alle bordtelefonene på driftssentralen mistet registreringen",
    text=(
        "For noen minutter siden mistet alle telefonene på driftssentralen registreringen. Vi har"
        " ingen annen vei inn for feilmeldinger fra kundene våre, så dette haster. Nettet er"
        " kontrollert, og PC-ene på samme svitsj virker."
    ),
    severity=Severity.CRITICAL,
    model="CCX 500",
    device_count=38,
    contact="Vakthavende",
    phone="+4790112233",
    deeds=(
        reply(4.8, ANNA, "Vi er på saken og ringer vakthavende nå."),
        reply(
            4.2,
            ANNA,
            "Telefonene får ikke fornyet sertifikatet sitt. Vi ser på det sammen med utviklerne og"
            " skriver igjen innen to timer.",
        ),
        Deed(
            2,
            KARI,
            "escalate",
            {"reason": "Driftssentralen har ikke kunnet ta imot anrop på tre timer."},
        ),
        Deed(1.6, ERIK, "look after", {"hours": 2.3}),
        reply(
            1.5,
            ERIK,
            "Hei Kari, jeg har tatt over oppfølgingen. Utviklerne har funnet feilen, og vi tester"
            " en midlertidig løsning nå. Neste oppdatering kommer innen tiden som står øverst.",
        ),
    ),
)
HEADSETS = Story(
    hours_ago=1.2,
    who=OLA,
    subject="Skurring i hodesett når to sitter nær hverandre",
    text=(
        "Tre på kundesenteret klager på skurring i hodesettene når de sitter ved siden av"
        " hverandre. Det går over når en av dem flytter seg. Finnes det en innstilling for dette?"
    ),
    severity=Severity.LOW,
    model="Voyager 4320 UC",
    device_count=3,
)
LENS = Story(
    hours_ago=80,
    who=KARI,
    subject="Hvordan får vi flere administratorer i Lens?",
    text="Vi er to som skal kunne endre innstillinger i Lens. I dag kommer bare jeg inn.",
    about=About.SOFTWARE,
    severity=Severity.LOW,
    deeds=(
        reply(
            75,
            ANNA,
            "Hei Kari!\nLegg til kollegaen under Administrer og Brukere, og velg rollen"
            " administrator. Invitasjonen gjelder i sju dager. Si fra om det ikke går.",
            **SOLUTION,
        ),
    ),
)
ORDER = Story(
    hours_ago=500,
    who=KARI,
    subject="Feil antall strømforsyninger i siste levering",
    text="Vi bestilte 24 strømforsyninger og fikk 20. Pakkseddelen sier 24.",
    about=About.ORDER,
    severity=Severity.LOW,
    own_reference="PO 77120",
    deeds=(
        reply(495, ANNA, "Det beklager vi. De fire siste er sendt i dag.", **SOLUTION),
        Deed(400, KARI, "close", {"solved": True, "text": "De kom i går. Takk!"}),
    ),
)
STORIES = (ORDER, LENS, NO_SOUND, ALL_DOWN, HEADSETS)
