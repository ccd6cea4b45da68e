"""Which language is spoken at the moment: a context variable, so that mails and jobs speak too."""

from contextvars import ContextVar

spoken = ContextVar("language", default="nb")


def language() -> str:
    return spoken.get()
