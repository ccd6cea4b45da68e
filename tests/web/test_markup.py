from jinja2 import DictLoader, Environment

from portal.web.markup import Flush

TEMPLATE = "<ul>\n    <li>\n\t{{ typed }}\n    </li>\n</ul>"


def drawn(name: str) -> str:
    environment = Environment(
        loader=DictLoader({name: TEMPLATE}), extensions=[Flush], autoescape=True
    )
    return environment.get_template(name).render(typed="a\n    b")


def test_pages_are_sent_without_what_indents_their_templates() -> None:
    assert drawn("page.html") == "<ul>\n<li>\na\n    b\n</li>\n</ul>"


def test_mails_stay_as_they_are_set() -> None:
    assert drawn("mail.txt") == TEMPLATE.replace("{{ typed }}", "a\n    b")
