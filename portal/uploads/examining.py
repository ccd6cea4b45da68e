"""Whether a file is what its name says, and does no harm to whoever opens it."""

from typing import BinaryIO

from portal.base.words import N_, Refused
from portal.uploads.archives import check_gzip, check_zip
from portal.uploads.kinds import HEAD, is_markup
from portal.uploads.rules import RUNNABLE, Purpose, check_size, read_name

NOT_WHAT_IT_SAYS = N_(
    "The content of “%(name)s” does not fit its name. Check that it is the right file."
)


def examine(source: BinaryIO, *, name: str, size: int, for_what: Purpose) -> str:
    """The media type it is kept under; by our own table, and never what somebody claims."""
    shown, kind = read_name(name, for_what)
    check_size(shown, size, for_what.most_bytes)
    source.seek(0)
    head = source.read(HEAD)
    if not kind.fits(head):
        raise Refused(RUNNABLE if is_markup(head) else NOT_WHAT_IT_SAYS, name=shown)
    if kind.inside == "gzip":
        check_gzip(source, size, shown)
    elif kind.inside:
        check_zip(source, size, shown, office=kind.inside == "office")
    return kind.media_type
