"""Charts say what they show, in words and numbers; what people wrote is no markup in them."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from flask import Flask

from portal.web.charts import Chart, Series
from portal.web.locale import speaking

SVG = "{http://www.w3.org/2000/svg}"


def chart(*series: Series, **told: object) -> Chart:
    labels = [f"uke {number}" for number in range(1, len(series[0].values) + 1)]
    first: dict[str, object] = {"labels": labels} | told
    return Chart("flow", "Åpnet", "Hver uke.", series=series, **first)  # type: ignore[arg-type]


def drawn(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def test_a_chart_has_a_title_and_a_description(app: Flask) -> None:
    with app.test_request_context(), speaking("nb"):
        root = drawn(chart(Series("Åpnet", [1, 3])).columns())
    assert root.get("role") == "img"
    told = [root.find(f"{SVG}{name}") for name in ("title", "desc")]
    assert root.get("aria-labelledby") == " ".join(
        it.get("id", "") for it in told if it is not None
    )
    assert [it.text for it in told if it is not None] == ["Åpnet", "Hver uke."]


def test_nothing_is_styled_in_the_page_itself(app: Flask) -> None:
    with app.test_request_context(), speaking("nb"):
        text = chart(Series("A", [1, None, 3]), Series("B", [2, 2, 0])).columns()
    assert "style=" not in text
    assert "<script" not in text


def test_columns_are_as_high_as_what_they_tell(app: Flask) -> None:
    with app.test_request_context(), speaking("nb"):
        root = drawn(chart(Series("A", [25, 100, None, 0]), most=100).columns())
    heights = [float(it.get("height", "")) for it in root.iter(f"{SVG}rect")]
    assert heights == [50, 200, 3]  # nought of a hundred is seen; nothing to measure is not there
    assert [it.findtext(f"{SVG}title") for it in root.iter(f"{SVG}rect")][:2] == [
        "uke 1: A 25",
        "uke 2: A 100",
    ]


def test_where_nothing_was_measured_it_says_so(app: Flask) -> None:
    with app.test_request_context(), speaking("nb"):
        for values, said in (([None, None], True), ([None, 0], False)):
            it = chart(Series("A", values), most=100)
            assert ("Ingen svarte" in replace(it, nothing="Ingen svarte").columns()) == said


@pytest.mark.parametrize("many", [1, 12, 26, 52])
def test_labels_do_not_crowd_and_the_last_one_is_there(app: Flask, many: int) -> None:
    with app.test_request_context(), speaking("nb"):
        text = chart(Series("A", list(range(many)))).columns()
    shown = re.findall(r">(uke \d+)<title>", text)
    assert len(shown) <= 14
    assert shown[-1] == f"uke {many}"


def test_bars_show_label_and_number(app: Flask) -> None:
    with app.test_request_context(), speaking("nb"):
        root = drawn(chart(Series("A", [10, 1234]), most=2468).bars())
    assert [it.text for it in root.iter(f"{SVG}text")] == ["uke 1", "10", "uke 2", "1\u00a0234"]
    widths = [it.get("width") for it in root.iter(f"{SVG}rect") if it.get("class") == "s1"]
    assert widths == ["0.41%", "50.00%"]


def test_what_people_wrote_is_text_and_nothing_else(app: Flask) -> None:
    evil = '</title><script>alert("1")</script>'
    with app.test_request_context(), speaking("nb"):
        it = Chart(evil, evil, evil, [evil], [Series(evil, [1])], evil)
        for text in (it.columns(), it.bars()):
            drawn(text)
            assert "<script" not in text


@pytest.mark.parametrize(
    ("most", "top"), [(0, 2), (1, 2), (2, 2), (3, 4), (9, 10), (11, 20), (61, 80), (101, 200)]
)
def test_scales_end_at_round_numbers_that_can_be_halved(most: int, top: int) -> None:
    assert chart(Series("A", [most, None])).top == top


def test_the_table_says_the_same(app: Flask) -> None:
    with app.test_request_context(), speaking("nb"):
        it = chart(Series("A", [1, None]), Series("B", [2.5, 3]))
        assert it.rows == [("uke 1", ["1", "2,5"]), ("uke 2", ["–", "3"])]
