"""What people say of their requests: words of no language, as many as a language has."""

from random import Random

RARE, SELDOM, OFTEN = "Svartisen", "Pumpehuset", "Lydbildet"
_SYLLABLES = ("ka", "ri", "mø", "ter", "om", "lyd", "ven", "fe", "il", "stra", "nett", "på", "bru")
_WORDS, _SENTENCES, _LENGTH, _SAID = 6_000, 4_000, 9, 4


def _made() -> list[str]:
    random = Random(7)
    words = ["".join(random.choices(_SYLLABLES, k=random.randint(2, 4))) for _ in range(_WORDS)]
    # As in every language, a few words are in most of what is said.
    weights = [1 / (rank + 5) for rank in range(_WORDS)]
    return [" ".join(random.choices(words, weights, k=_LENGTH)) for _ in range(_SENTENCES)]


SENTENCES = _made()


def said(random: Random) -> list[str]:
    return random.choices(SENTENCES, k=_SAID)


def subject_of(number: int, *, rare: bool) -> str:
    """The subject, with the words that are searched for: one in every hundredth, one in a third."""
    marks = [RARE] * rare
    marks += [SELDOM] * (number // 7 % 100 == 3) + [OFTEN] * (number // 3 % 10 < 3)
    return " ".join([*marks, SENTENCES[number % len(SENTENCES)]])
