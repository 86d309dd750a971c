"""Judge pairs are labelled truthfully and come in the forms that teachers write."""

from random import Random

from sure_math.builtin.judging import draw_pair
from sure_math.builtin.marking import meaning


def test_labels_agree_with_exact_meaning() -> None:
    rng = Random(41)
    pairs = [draw_pair(rng) for _ in range(800)]
    for pair in pairs:
        assert pair.equal == (meaning(pair.left) == meaning(pair.right)), pair
        assert meaning(pair.lowest[0]) == meaning(pair.left)
        assert meaning(pair.lowest[1]) == meaning(pair.right)
    share = sum(p.equal for p in pairs) / len(pairs)
    assert 0.35 < share < 0.6


def test_pairs_cover_the_surface_forms() -> None:
    rng = Random(42)
    answers = " ".join(draw_pair(rng).question for _ in range(800))
    for form in ("x=", "\\frac{", "0.5", "\\text{ m}", "\\$", "n\\cdot ", "(n-1)", "/"):
        assert form in answers, form


def test_question_and_verdict_formats() -> None:
    pair = draw_pair(Random(43))
    assert pair.question == f"Answer A: {pair.left}\nAnswer B: {pair.right}"
    assert pair.verdict.split(" | ")[2] in ("yes", "no")
