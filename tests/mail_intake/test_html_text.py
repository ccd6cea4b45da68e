"""Of a mail in HTML only what its reader sees is read."""

import pytest

from portal.mail_intake.html_text import text_of

UNSEEN = "Forhåndsvisning"


@pytest.mark.parametrize(
    "hidden",
    [
        f'<div style="display:none">{UNSEEN}</div>',
        f"<div style='font-size:1px; DISPLAY : none !important'>{UNSEEN}<div>{UNSEEN}</div></div>",
        f'<span style="display:none">{UNSEEN}</span>',
        f'<span hidden>{UNSEEN}<span style="display:block">{UNSEEN}</span>{UNSEEN}</span>',
        f'<table style="display:none"><tr><td>{UNSEEN}</td></tr></table>',
    ],
)
def test_what_is_hidden_is_not_read(hidden: str) -> None:
    assert text_of(f"<p>Hei</p>{hidden}<p>Det virker.</p>") == "Hei\nDet virker."


def test_what_is_shown_after_all_is_read() -> None:
    assert text_of('<div style="display:none;display:block">Hei</div>') == "Hei"
    assert text_of('<div style="color:red">Hei <span style="color:red">dere</span></div>') == (
        "Hei dere"
    )
    assert text_of('Før<br style="display:none">etter') == "Før\netter"
    assert text_of('<div style="display:none">Hemmelig') == ""
