"""The decontamination rules in use elsewhere, each as its authors state it.

A rule is made for the items of an evaluation set and says for every problem which items it flags.
n-grams are those of a whole text where it has fewer than n words.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from sure_math.decontaminate.checker import Checked, Checker
from sure_math.decontaminate.index import ItemIndex
from sure_math.decontaminate.items import Item

Words = Callable[[str], list[str]]
Gram = tuple[str, ...]


class Rule(Protocol):
    """Flags items that a problem may be."""

    def flag(self, problems: Sequence[Checked]) -> list[set[int]]:
        """Numbers of the items, for each problem."""


Contestant = Callable[[Sequence[Item]], Rule]


def spaced(text: str) -> list[str]:
    """Lower-case words between white space (s1, open-r1)."""
    return text.lower().split()


def tokens(text: str) -> list[str]:
    """Runs of ASCII letters and digits, lower case, after NFKC."""
    return re.findall("[a-z0-9]+", unicodedata.normalize("NFKC", text).lower())


def _grams(words: Sequence[str], n: int) -> Iterator[Gram]:
    if words:
        n = min(n, len(words))
        yield from (tuple(words[i : i + n]) for i in range(len(words) - n + 1))


class NGram:
    """Any n-gram in common: n = 8 in s1 and open-r1, 13 elsewhere."""

    def __init__(self, items: Sequence[Item], words: Words, n: int) -> None:
        self._words, self._n = words, n
        self._holders: dict[Gram, set[int]] = defaultdict(set)
        for index, item in enumerate(items):
            for gram in _grams(words(item.problem), n):
                self._holders[gram].add(index)

    def flag(self, problems: Sequence[Checked]) -> list[set[int]]:
        """The items that share a gram."""
        return [self.sharing(self._words(one.problem)) for one in problems]

    def sharing(self, words: Sequence[str]) -> set[int]:
        """The items that share a gram with a text of these words."""
        held = (self._holders.get(gram) for gram in _grams(words, self._n))
        return set().union(*filter(None, held))


class Coverage:
    """Tulu 3: 8-grams in common cover more than half of the item's tokens."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._near = NGram(items, tokens, 8)
        self._items = [tokens(item.problem) for item in items]

    def flag(self, problems: Sequence[Checked]) -> list[set[int]]:
        """The items of which more than half is covered."""
        return [self._covered(tokens(one.problem)) for one in problems]

    def _covered(self, words: list[str]) -> set[int]:
        grams = set(_grams(words, 8))
        return {index for index in self._near.sharing(words) if self._share(index, grams) > 0.5}

    def _share(self, index: int, grams: set[Gram]) -> float:
        words, covered = self._items[index], set[int]()
        for start, gram in enumerate(_grams(words, 8)):
            if gram in grams:
                covered.update(range(start, start + len(gram)))
        return len(covered) / len(words)


class Subsequence:
    """Qwen2: a common subsequence of 13 tokens or more and 0.6 of the shorter text; looked for
    where an 8-gram is shared."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._near = NGram(items, tokens, 8)
        self._items = [tokens(item.problem) for item in items]

    def flag(self, problems: Sequence[Checked]) -> list[set[int]]:
        """The items with such a subsequence."""
        return [self._alike(tokens(one.problem)) for one in problems]

    def _alike(self, words: list[str]) -> set[int]:
        return {i for i in self._near.sharing(words) if self._long(words, self._items[i])}

    def _long(self, left: list[str], right: list[str]) -> bool:
        return common_subsequence(left, right) >= max(13, 0.6 * min(len(left), len(right)))


def common_subsequence(left: Sequence[str], right: Sequence[str]) -> int:
    """Length of the longest common subsequence (bit-parallel, after Hyyrö 2004)."""
    places: dict[str, int] = defaultdict(int)
    for i, word in enumerate(left):
        places[word] |= 1 << i
    row = full = (1 << len(left)) - 1
    for word in right:
        matched = row & places.get(word, 0)
        row = ((row + matched) | (row - matched)) & full
    return len(left) - row.bit_count()


class Equal:
    """Equal texts, white space, dollar signs and a few LaTeX habits apart."""

    _DROPPED = re.compile(
        r"\\(?:left|right|displaystyle|q?quad)(?![a-zA-Z])|\\[,!]|\s|\$|[.,;:?!]+$"
    )
    _RENAMED = (
        (re.compile(r"\\[dt]frac(?![a-zA-Z])"), r"\\frac"),
        (re.compile(r"\\(l|g)eq(?![a-zA-Z])"), r"\\\1e"),
    )

    def __init__(self, items: Sequence[Item]) -> None:
        self._items: dict[str, set[int]] = defaultdict(set)
        for index, item in enumerate(items):
            self._items[self._key(item.problem)].add(index)

    def flag(self, problems: Sequence[Checked]) -> list[set[int]]:
        """The items with an equal text."""
        return [self._items.get(self._key(one.problem), set()) for one in problems]

    def _key(self, text: str) -> str:
        for pattern, name in self._RENAMED:
            text = pattern.sub(name, text)
        return unicodedata.normalize("NFKC", self._DROPPED.sub("", text.strip())).lower()


class Ours:
    """The rules of `sure_math.decontaminate`, without a judge."""

    def __init__(self, items: Sequence[Item], *, answers: bool = True) -> None:
        self._numbers = {item: i for i, item in enumerate(items)}
        self._checker, self._answers = Checker(ItemIndex(items)), answers

    def flag(self, problems: Sequence[Checked]) -> list[set[int]]:
        """The items a problem is blocked for."""
        asked = [
            Checked(str(i), one.problem, one.answer if self._answers else None)
            for i, one in enumerate(problems)
        ]
        found = self._checker.check(asked)
        return [
            {
                self._numbers[f.item]
                for f in found.get(one.problem_id, ())
                if f.decision == "blocked"
            }
            for one in asked
        ]


CONTESTANTS: dict[str, Contestant] = {
    "ours": Ours,
    "ours, no answers": lambda items: Ours(items, answers=False),
    "ws-8 (open-r1)": lambda items: NGram(items, spaced, 8),
    "tok-8": lambda items: NGram(items, tokens, 8),
    "tok-10": lambda items: NGram(items, tokens, 10),
    "ws-13": lambda items: NGram(items, spaced, 13),
    "tok-13": lambda items: NGram(items, tokens, 13),
    "LCS (Qwen)": Subsequence,
    "cov (Tulu 3)": Coverage,
    "equal": Equal,
}
