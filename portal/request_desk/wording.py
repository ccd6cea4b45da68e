"""What the desk's page of a request words with."""

from portal.base import clock
from portal.replacements.wording import stage_color
from portal.replacements.wording import status_sentence as sentence_of_replacement
from portal.request_pages.wording import duration, promise_name, promise_sentence, promise_state
from portal.service_requests.wording import named, status_color, status_here

WORDS = {
    "duration": duration,
    "named": named,
    "promise_name": promise_name,
    "promise_sentence": promise_sentence,
    "promise_state": promise_state,
    "status_color": status_color,
    "status_here": status_here,
    "stage_color": stage_color,
    "replaced_sentence": lambda row: sentence_of_replacement(row, today=clock.today()),
}
