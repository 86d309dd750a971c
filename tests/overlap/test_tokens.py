"""Tokens: what they are, and that their hashes are the same everywhere."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from sure_math.overlap.hashing import Cache, hash64
from sure_math.overlap.tokens import tokenize
from tests.hash_seeds import outputs

TEXTS = st.lists(st.text(max_size=60), max_size=8)


def naive(text: str) -> list[int]:
    """Token hashes of one text without drawings, one after another."""
    return [hash64(t) for t in re.findall("[a-z0-9]+", unicodedata.normalize("NFKC", text).lower())]


@given(TEXTS)
def test_a_batch_reads_like_its_texts_one_by_one(texts: list[str]) -> None:
    tokens = tokenize(texts)
    assert len(tokens) == len(texts)
    assert [tokens.row(i).tolist() for i in range(len(tokens))] == [naive(t) for t in texts]


def test_notation_around_tokens_does_not_matter() -> None:
    written = [r"Find $x^{2} + \frac{1}{2}$.", r"find \( X ^2 + \frac 1 2 \)", "FIND x² frac 1 2"]
    first, second, third = (tokenize([text]).ids.tolist() for text in written)
    assert first == second
    assert third == naive("find x2 frac 1 2")


def test_drawings_are_left_out_and_unclosed_ones_are_text() -> None:
    drawn = "A [asy] draw((0,0)--(1,1)); [/asy] B \\begin{asy}x\\end{asy} C"
    assert tokenize([drawn]).ids.tolist() == naive("A B C")
    assert tokenize(["A [asy] B", "C [/asy] D"]).row(0).tolist() == naive("A asy B")
    assert tokenize(["A[asy]x[/asy]B"]).ids.tolist() == naive("A B")


def test_the_mark_between_texts_may_stand_in_a_text() -> None:
    tokens = tokenize(["a\x1eb", "c"])
    assert [tokens.row(i).tolist() for i in (0, 1)] == [naive("a b"), naive("c")]
    assert len(tokenize([])) == 0
    assert len(tokenize([""])) == 1


def test_hashes_are_the_same_in_every_process() -> None:
    code = "from sure_math.overlap.tokens import tokenize; print(tokenize(['Find x2', 'a']).ids)"
    outs = outputs(code, "0", "1", "77")
    assert outs == {f"{tokenize(['Find x2', 'a']).ids}\n"}
    assert hash64("find") == 0x1588B5FAD2E53263


def test_a_cache_computes_once_per_text() -> None:
    asked: list[str] = []
    cache = Cache(lambda text: asked.append(text) or len(text))
    assert [cache["abc"], cache["abc"], cache["d"]] == [3, 3, 1]
    assert asked == ["abc", "d"]
