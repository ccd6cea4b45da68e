"""Finding known issues by words, and those that are like what somebody is writing."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from math import log

from portal.base.text import variants, words_of
from portal.catalogue.catalogue import Model
from portal.catalogue.search import Words, forms_of, words_for

LONGEST = 600  # of a text: its beginning says what it is about
_SHORTEST = 3


class Index(Words):
    """By the words of their texts, and by what they are found as besides."""

    def __init__(
        self, words: Mapping[int, frozenset[str]], besides: Mapping[int, frozenset[str]]
    ) -> None:
        super().__init__(besides)
        # A word stands in many issues, so it is asked once what it is found as.
        issues: defaultdict[str, set[int]] = defaultdict(set)
        for issue_id, of_it in words.items():
            for word in of_it:
                issues[word].add(issue_id)
        for word, ids in issues.items():
            for form in variants(word):
                self._models.setdefault(form, set()).update(ids)
        self._sorted = sorted(self._models)

    def like(self, text: str, among: Collection[int], *, enough: int = 2) -> list[int]:
        """Of these issues, those that share at least so many words with a text, the likest first.

        A word counts for as much as it is rare: what stands in every issue says nothing.
        """
        shared: Counter[int] = Counter()
        weight: defaultdict[int, float] = defaultdict(float)
        words = {frozenset(forms) for forms in forms_of(text[:LONGEST])}
        told = [forms for forms in words if max(map(len, forms)) >= _SHORTEST]
        for forms in told:
            issues = set().union(*(self._models.get(form, set()) for form in forms))
            worth = log(1 + len(among) / len(issues)) if issues else 0
            for each in issues.intersection(among):
                shared[each] += 1
                weight[each] += worth
        wanted = min(enough, len(told))
        found = [each for each, number in shared.items() if number >= wanted]
        return sorted(found, key=lambda each: (-weight[each], -each))


@lru_cache(maxsize=32768)
def words_in(text: str) -> frozenset[str]:
    # Kept, because one issue that changes has all of them read anew.
    return frozenset(words_of(text))


def named_by(titles: Iterable[str], models: Iterable[Model]) -> frozenset[str]:
    """What a title and the models are found as, things of several words among it."""
    return frozenset().union(*map(_named, titles), *map(_words_of, models))


@lru_cache(maxsize=32768)
def _named(title: str) -> frozenset[str]:
    return frozenset(form for forms in forms_of(title) for form in forms)


@lru_cache(maxsize=2048)
def _words_of(model: Model) -> frozenset[str]:
    return words_for(model.name, model.family, model.kind, model.part_numbers)
