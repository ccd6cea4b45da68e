"""What browsers never send by themselves: refused with a sentence of its own."""

from werkzeug.exceptions import HTTPException

from portal.base.words import N_


class Fault(HTTPException):
    title: str
    advice: str


class SentTwice(Fault):
    """Of two answers to one question, none is the one that was meant."""

    code = 400
    title = N_("Something was filled in twice")
    advice = N_("Nothing was changed. Go back, reload the page and fill in each field once.")


class Unasked(Fault):
    """A right, or whose something is, in a form that does not ask for it: somebody put it there."""

    code = 400
    title = N_("The form held something it does not ask for")
    advice = N_("Nothing was changed. Go back, reload the page and try again.")


class SentFromElsewhere(Fault):
    """Another site had the browser send it."""

    code = 403
    title = N_("This was not sent from the portal")
    advice = N_("Nothing was changed. Open the page in the portal itself, and do it there.")


class AnotherHost(Fault):
    code = 400
    title = N_("This is not the address of the portal")
    advice = N_("Use the address in the e-mails you get from us.")
