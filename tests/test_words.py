"""How the portal may speak. What a person would wince at is found here, before a reader does.

Each rule looks at every text there is: the catalogues, and the texts in `templates/about`. Code,
addresses and what is filled in are taken out first.
"""

import re
from functools import cache
from pathlib import Path

import pytest
import wtforms
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.test_architecture import MARKERS

ROOT = Path(__file__).parent.parent
NAMES = {
    *("Bergen", "Bokmål", "Bryggen", "Excel", "JavaScript", "Lens", "Nynorsk", "Oslo", "Poly"),
    *("Meet", "Teams", "Webex"),
    *("Database", "License"),  # that of the postal codes
    *("English", "Enterprise", "Norge", "Oslo", "Sentrum", "Tromsø", "VoiceOver", "Windows"),
    *("Chromium", "Datatilsynet", "Digitaliseringsdirektoratet", "Diskrimineringsnemnda"),
    *(
        "Authenticator",
        "Google",
        "Kari",
        "Nordmann",
        "Norwegian",
        "Office",
        "Østby",
        "Storgata",
        "Studio",
        "Tilsynet",
    ),
}
NAMES |= set(re.findall(r"\w+", (ROOT / "portal/catalogue/models.csv").read_text("utf-8")))
FILLED_IN = re.compile(r"%\((\w+)\)[sd]")
NOT_WORDS = re.compile(
    r"%\(\w+\)[sd]|{{.*?}}|{%.*?%}|`[^`]*`|\]\([^)]*\)|https?://\S+|\S+@\S+|/[\w/-]+|<[^>]+>"
)

BEGINNING = re.compile(r"(^|[.?!:|«“(\[–#>…-]|\d\.)[\s*]*$")
DRESS = re.compile(r"&shy;|\*\*")

# What LANGUAGE and common sense forbid, and what is said instead.
FORBIDDEN_NB = {
    r"vennligst": "just ask",
    r"supportportal\w*": "støtteportal",
    r"organisasjonen( din| deres)?": "virksomheten",
    r"klokka \d+": "kl. 07.00",
    r"ønsket (ditt|mitt|deres) om|send ønsket|ønsker om": "forespørsel",
    r"internt notat|interne notat\w*": "intern merknad",
    r"obligatorisk|påkrevd": "må fylles ut",
    r"aktiva|eiendeler": "utstyr",
    r"installert(e)? base\w*": "utstyrspark",
    r"korrigeringsprosess": "justering av antall (true-up)",
    r"utpekt": "egen, fast",
    r"ødeleggelse": "destruksjon",
    r"feltutskrift\w*": "feltutskiftbar",
    r"avansert maskinvare\w*": "forhåndsutskifting",
    r"notifikasjon\w*": "varsel",
    r"dashbord\w*|kontrollpanel\w*|instrumentbord\w*": "oversikt",
    r"setelisens\w*": "plasser",
    r"kvalifi\w+": "kan dekkes",
    r"rotårsak\w*": "årsak",
    r"kundesuksessjef\w*": "kundesuksessansvarlig (CSM)",
    r"dataark": "datablad",
    r"hurtigreparasjon\w*": "hurtigretting",
    r"virkedag\w*": "arbeidsdag",
    r"intern\w* notat\w*": "intern merknad",
    r"saksbehandler\w*": "supportmedarbeider, behandler",
    r"generere\w*": "lage",
    r"belaste for": "fakturere",
    r"rediger\w*": "endre",
    r"e-?mail\w*|epost\w*": "e-post",
    r"firmware\w*": "fastvare",
    r"headset\w*": "hodesett",
    r"ticket\w*": "sak",
    r"log(g?)in": "innlogging",
    r"klikk her|trykk her": "name where the link leads",
    r"oops|ops|huff": "no jokes",
    r"saka|fila|sida|framleis|kasta|lukka|hjemmesida": "saken, filen, siden, fremdeles, …",
    r"støtte teamet|løsnings \w+|ende ?punkt programvare|serie nummer\w*": "one word",
    r"bruker navn\w*|pass ord\w*|feil melding\w*|kunde service|hoved konto\w*": "one word",
    r"enhets liste\w*|telefon nummer\w*|hoved innhold\w*|e-post adresse\w*": "one word",
    r"(RMA|SLA|PO|CSM|MAC|CSV|XLSX|API|PDF|QR) "
    r"(nummer\w*|adresse\w*|fil|filen|filer|frist\w*|mal|malen|nøkkel\w*|kode\w*)": "a hyphen",
    r"\w+'s": "no apostrophe before s",
}
FORBIDDEN_NN = {
    r"ikke|hva|hvor|hvem|hvordan|hvorfor|noen|jeg|deres|fra": "ikkje, kva, kor, kven, nokon, frå",
    r"saken|siden|filen|enhet\w*|lokasjonen er": "saka, sida, fila, eining",
    r"vennligst|kjem til å verte": "just ask",
}
FORBIDDEN_EN = {
    r"licence\w*|organisation\w*|colour\w*|centre|favour\w*|behaviour\w*": "American spelling",
    r"authoris\w+|recognis\w+|cancelled|customis\w+|unauthoris\w+": "American spelling",
    r"please|sorry|oops|simply|just click|click here": "say it plainly",
    r"email\w*": "e-mail",
    r"login|log in|log out": "sign-in, sign in, sign out",
    r"unit": "device",
}
SIGNS_NB = {
    r'"|“|”|„': "«quotes»",
    r"\.\.\.": "…",
    r"\w…$": "a space before …",
    r"(?<!·)!": "no shouting, but in a greeting",
    r"(?i)\bkl\. ·": "what is filled in says «kl.» itself",
    r"(?<![\d:])\d{1,2}:\d{2}(?![:\d])": "kl. 14.30",
    r"\d%": "5 % with a space",
    r" - ": "–, and not a hyphen",
    r"(?<=\w)  +(?=\w)": "one space",
}
SIGNS_EN = {
    r'"|«|»': "“quotes”",
    r"\.\.\.": "…",
    r"(?<!·)!": "no shouting, but in a greeting",
    r" - ": "–, and not a hyphen",
    r"\d [%]": "5% without a space",
}


RULES = [
    *(("nb", rf"(?i)\b({wrong})\b", say) for wrong, say in FORBIDDEN_NB.items()),
    *(("nn", rf"(?i)\b({wrong})\b", say) for wrong, say in FORBIDDEN_NN.items()),
    *(("en", rf"(?i)\b({wrong})\b", say) for wrong, say in FORBIDDEN_EN.items()),
    *(("nb", wrong, say) for wrong, say in SIGNS_NB.items()),
    *(("nn", wrong, say) for wrong, say in SIGNS_NB.items()),
    *(("en", wrong, say) for wrong, say in SIGNS_EN.items()),
]


@pytest.mark.parametrize(("language", "wrong", "say"), RULES)
def test_nobody_is_made_to_wince(language: str, wrong: str, say: str) -> None:
    found = [(where, text) for where, text in said(language) if re.search(wrong, text)]
    assert found == [], f"Say instead: {say}"


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_only_names_and_sentences_begin_with_capitals(language: str) -> None:
    found = [
        (word[0], text)
        for _, text in said(language)
        for word in re.finditer(r"\b[A-ZÆØÅ][a-zæøåé]+\b", text)
        if word[0] not in NAMES and not BEGINNING.search(text[: word.start()])
    ]
    assert found == []


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_translations_fill_in_what_the_source_fills_in(language: str) -> None:
    for message in catalogue(language):
        ids, strings = branches(message.id), branches(message.string)
        if message.id and any(strings):
            # «One device» may leave out the number; what stands for many may not.
            assert placeholders(strings[-1]) == placeholders(ids[-1]), message.id
            assert placeholders(strings[0]) <= placeholders(ids[-1]), message.id
            assert placeholders(strings[0]) >= placeholders(ids[0]) - {"num"}, message.id


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_number_has_its_words(language: str) -> None:
    plural = [message for message in catalogue(language) if isinstance(message.id, tuple)]
    assert [m.id for m in plural if any(branches(m.string)) and not all(branches(m.string))] == []
    assert [m.id for m in plural if "num" not in placeholders(m.id[1])] == []


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_no_translation_is_left_of_what_is_no_longer_said(language: str) -> None:
    unused = {message.id for message in catalogue(language) if message.id} - source_messages()
    assert unused == set()


def test_no_english_hides_among_the_norwegian() -> None:
    """A translation that equals its source, and has more than one word, was forgotten."""
    same = [
        message.id
        for message in catalogue("nb")
        if message.string == message.id and re.search(r"[a-z]{3,} [a-z]{3,}", str(message.id))
    ]
    assert same == []


def test_buttons_and_labels_have_no_full_stop_in_one_language_only() -> None:
    """A sentence is a sentence in both languages."""
    found = [
        (source, text)
        for message in catalogue("nb")
        for source, text in zip(branches(message.id), branches(message.string), strict=True)
        if source and source.endswith(".") != text.endswith(".") and not text.endswith("mva.")
    ]
    assert found == []


@cache
def said(language: str) -> list[tuple[str, str]]:
    """Every text in a language: where it stands, and its words."""
    texts = [
        (str(message.id), text)
        for message in catalogue(language)
        for text in branches(message.string)
        if message.id
    ]
    if language == "en":
        texts += [(text, text) for message in catalogue("nb") for text in branches(message.id)]
    for path in sorted((ROOT / "templates" / "about" / language).rglob("*.md")):
        lines = path.read_text("utf-8").splitlines()
        texts += [(f"{path.name}:{number}", line) for number, line in enumerate(lines, 1)]
    return [(where, NOT_WORDS.sub("·", DRESS.sub("", text))) for where, text in texts]


@cache
def source_messages() -> set[str | tuple[str, ...]]:
    """What is said in the portal, and by WTForms on its behalf."""
    folders = ((ROOT / "portal", "python"), (ROOT / "templates", "jinja2"))
    found = [
        message
        for folder, method in folders
        for _, _, message, _, _ in extract_from_dir(folder, [("**", method)], keywords=MARKERS)
    ]
    wtforms_folder = Path(wtforms.__file__).parent
    found += [
        message for _, _, message, _, _ in extract_from_dir(wtforms_folder, [("**.py", "python")])
    ]
    return set(found)


def branches(text: object) -> tuple[str, ...]:
    """One text, or one for each number."""
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text),)


def placeholders(text: str) -> set[str]:
    return set(FILLED_IN.findall(text))


@cache
def catalogue(language: str) -> Catalog:
    path = ROOT / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, language)
