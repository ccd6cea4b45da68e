"""What a file is, whatever it is called."""

import io
import random
import zipfile
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.access import Permission
from portal.base.words import Refused
from portal.uploads.archives import check_zip
from portal.uploads.examining import examine
from portal.uploads.kinds import ENDINGS, ending_of
from portal.uploads.rules import MOST_BYTES, Purpose, check_size
from portal.uploads.sentences import sentence
from portal.web.locale import speaking
from tests.uploads import contents

ANYTHING = Purpose("anything", Permission.ACCOUNT_VIEW)


def told_of(name: str, content: bytes, for_what: Purpose = ANYTHING, language: str = "nb") -> str:
    """The sentence somebody is told; empty when the file is taken."""
    try:
        examine(io.BytesIO(content), name=name, size=len(content), for_what=for_what)
    except Refused as refusal:
        with speaking(language):
            return unescape(sentence(refusal))
    return ""


@pytest.mark.parametrize(("name", "content"), contents.GOOD.items(), ids=list(contents.GOOD))
def test_what_people_send_is_taken(name: str, content: bytes) -> None:
    assert told_of(name, content) == ""


@pytest.mark.parametrize(
    ("name", "content", "words"),
    contents.BAD,
    ids=[f"{name}-{at}" for at, (name, _content, _words) in enumerate(contents.BAD)],
)
def test_what_nobody_should_open_is_refused_in_words(name: str, content: bytes, words: str) -> None:
    assert words in told_of(name, content)
    assert told_of(name, content, language="en").endswith(".")


def test_every_kind_is_tried() -> None:
    tried = {ending_of(name) for name in contents.GOOD}
    same = {"heif", "tgz", "tsv", "conf", "ini", "yml", "md", "m4v", "m4a"}
    assert tried | same == ENDINGS


def test_nothing_that_a_browser_runs_is_kept_as_what_it_would_run() -> None:
    for name, content in contents.GOOD.items():
        kept = examine(io.BytesIO(content), name=name, size=len(content), for_what=ANYTHING)
        assert not any(it in kept for it in ("html", "svg", "script", "/xml"))


@pytest.mark.parametrize("name", contents.GOOD)
def test_no_kind_is_taken_for_another(name: str) -> None:
    """Of every kind, the content of all others is refused, but among texts, and among films."""
    texts = {"text/plain", "text/csv", "application/json", "message/rfc822"}
    films = {"video/mp4", "video/quicktime", "audio/mp4", "image/heic"}

    def kind(of: str) -> str:
        content = contents.GOOD[of]
        return examine(io.BytesIO(content), name=of, size=len(content), for_what=ANYTHING)

    for other, content in contents.GOOD.items():
        alike = kind(name) == kind(other) or {kind(name), kind(other)} <= texts
        alike = alike or {kind(name), kind(other)} <= films
        alike = alike or (name.endswith(".zip") and "officedocument" in kind(other))
        alike = alike or (name[-5:] in {".docx", ".xlsx", ".pptx"} and "office" in kind(other))
        # What is written in letters is a text, whatever it says; no program and no picture is.
        alike = alike or (kind(name) in texts and b"\0" not in content)
        if not alike:
            assert told_of(name, content) != "", (name, other)


def test_the_size_is_said_as_people_write_it() -> None:
    for size, words in (
        (0, "«a.zip» er tom."),
        (5_000_000_000, "«a.zip» er på 5\u00a0GB. Den kan"),
    ):
        with pytest.raises(Refused) as refusal:
            check_size("a.zip", size, MOST_BYTES)
        with speaking("nb"):
            assert sentence(refusal.value).startswith(words)


def test_where_few_kinds_are_taken_they_are_named() -> None:
    pictures = Purpose("p", Permission.ACCOUNT_VIEW, endings=frozenset({"png", "jpg", "pdf"}))
    assert told_of("a.zip", b"PK", pictures).endswith("Filen må være JPG, PDF eller PNG.")
    assert told_of("a.png", contents.GOOD["skjerm.png"], pictures) == ""


def test_a_list_that_would_fill_the_memory_is_not_read() -> None:
    """An archive can claim any number of entries, and a list of any length."""
    asked: list[int] = []

    class Counting(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(size or 0)
            return super().read(size)

    listing = 100_000_000
    for number in (9_000, 60_000, 0xFFFE):
        content = contents.end(number, listing, 0)
        with pytest.raises(Refused):
            check_zip(Counting(content), listing + len(content), "a.zip")
    assert max(asked) < 100_000


@given(
    st.dictionaries(st.text("abc/", min_size=1, max_size=9), st.binary(max_size=200), min_size=1)
)
def test_archives_as_others_make_them_are_read_as_others_read_them(made: dict[str, bytes]) -> None:
    made = {name.strip("/") or "a": content for name, content in made.items()}
    content = contents.archive(made)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert told_of("a.zip", content) == ""
    assert told_of("a.zip", contents.in_64_bits(content)) == ""


def test_an_archive_with_a_byte_changed_is_taken_or_refused_and_never_trouble() -> None:
    dice = random.Random(7)
    whole = contents.archive({"a.txt": b"hei" * 40, "b/c.txt": b"du" * 90})
    for content in (whole, contents.in_64_bits(whole)):
        for _ in range(3_000):
            spoilt = bytearray(content)
            for _ in range(dice.randint(1, 4)):
                spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
            told_of("a.zip", bytes(spoilt[: dice.randint(1, len(spoilt))]))


@given(st.text(max_size=40), st.binary(max_size=400))
def test_any_name_and_any_content_get_an_answer(name: str, content: bytes) -> None:
    told_of(name, content)
    for ending in ("txt", "zip", "docx", "gz", "pdf", "xml"):
        told_of(f"{name}.{ending}", content)
