"""Eq. 4-6 against an oracle written from the formulas with 50-digit arithmetic."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from sure_math.errors import DataError
from sure_math.weight.entropy import majority, majority_share, semantic_entropy

RESPONSE = st.tuples(
    st.integers(-1, 5),
    st.floats(-4000.0, 0.0),
    st.integers(1, 3000),
    st.sampled_from(["1", "2", "3"]),
)
RESPONSES = st.lists(RESPONSE, min_size=2, max_size=16)


def oracle(ids, logprobs, counts, n):
    """(H, w) straight from eq. 4-6; every response without an answer is a class of its own."""
    with mp.workdps(50):
        masses = [mp.exp(mpf(lp) / c) for lp, c in zip(logprobs, counts, strict=True)]
        names = [f"missing {i}" if c < 0 else c for i, c in enumerate(ids)]
        shares = [
            sum(m for m, name in zip(masses, names, strict=True) if name == wanted) / sum(masses)
            for wanted in set(names)
        ]
        entropy = -sum(p * mp.log(p) for p in shares)
        return float(entropy), float(1 - entropy / mp.log(n))


def columns(responses):
    return [list(column) for column in zip(*responses, strict=True)]


@given(RESPONSES)
def test_agrees_with_the_oracle(responses) -> None:
    ids, logprobs, counts, _ = columns(responses)
    result = semantic_entropy(ids, logprobs, counts)
    entropy, weight = oracle(ids, logprobs, counts, len(ids))
    assert result.entropy == pytest.approx(entropy, abs=1e-12)
    assert result.weight == pytest.approx(weight, abs=1e-12)
    assert math.fsum(result.cluster_probs.values()) + result.unanswered_prob == pytest.approx(1)


def test_sums_of_minus_two_thousand_with_one_token_each() -> None:
    result = semantic_entropy([0, 0, 1], [-2000.0, -2001.0, -2000.5], [1, 1, 1])
    entropy, _ = oracle([0, 0, 1], [-2000.0, -2001.0, -2000.5], [1, 1, 1], 3)
    assert result.entropy == pytest.approx(entropy, abs=1e-12)
    assert result.entropy == pytest.approx(0.61684, abs=1e-5)


@given(RESPONSES)
def test_bounds_and_chain_rule(responses) -> None:
    ids, logprobs, counts, answers = columns(responses)
    result = semantic_entropy(ids, logprobs, counts, answers=answers)
    assert 0 <= result.entropy <= math.log(len(ids))
    assert 0 <= result.weight <= 1
    assert 0 <= result.normalized <= 1
    assert 0 <= result.discrete_entropy <= math.log(len(ids))
    assert result.intra_cluster_entropy >= 0
    # Chain rule: H(form) = H(class) + sum_c p(c) H(form | c), with the same masses.
    masses = [math.exp(lp / c) for lp, c in zip(logprobs, counts, strict=True)]
    total = math.fsum(masses)
    within = 0.0
    for cluster in {c for c in ids if c >= 0}:
        forms: dict[str, float] = {}
        for c, form, mass in zip(ids, answers, masses, strict=True):
            if c == cluster:
                forms[form] = forms.get(form, 0.0) + mass
        inside = math.fsum(forms.values())
        if inside:
            parts = [m / inside for m in forms.values() if m]
            within -= inside / total * math.fsum(p * math.log(p) for p in parts)
    if total and min(masses) > 1e-300:
        assert result.intra_cluster_entropy == pytest.approx(within, abs=1e-9)


@given(RESPONSES, st.randoms())
def test_order_does_not_matter(responses, random) -> None:
    ids, logprobs, counts, _ = columns(responses)
    before = semantic_entropy(ids, logprobs, counts)
    random.shuffle(responses)
    ids, logprobs, counts, _ = columns(responses)
    after = semantic_entropy(ids, logprobs, counts)
    assert after.entropy == pytest.approx(before.entropy, abs=1e-12)
    assert after.cluster_probs == pytest.approx(before.cluster_probs)


@given(RESPONSES)
def test_merging_clusters_never_raises_the_entropy(responses) -> None:
    ids, logprobs, counts, _ = columns(responses)
    merged = [0 if c == 1 else c for c in ids]
    fine, coarse = (semantic_entropy(c, logprobs, counts) for c in (ids, merged))
    assert coarse.entropy <= fine.entropy + 1e-12


@pytest.mark.parametrize(
    ("ids", "weight"),
    [
        ([0] * 8, 1.0),
        ([0, 1, 2, 3, 4, 5, 6, 7], 0.0),
        ([-1] * 8, 0.0),
        ([0] * 5 + [-1] * 3, 0.484),
        ([0] * 7 + [1], 0.819),
        ([0] * 4 + [1] * 4, 1 - 1 / 3),
    ],
)
def test_known_weights(ids, weight) -> None:
    assert semantic_entropy(ids, None, None).weight == pytest.approx(weight, abs=5e-4)


def test_equal_means_give_the_discrete_entropy() -> None:
    result = semantic_entropy([0, 0, 1, 2], [-1.0, -2.0, -3.0, -4.0], [10, 20, 30, 40])
    assert result.entropy == pytest.approx(result.discrete_entropy, abs=1e-15)


def test_a_length_ten_times_longer_does_not_change_the_mass() -> None:
    result = semantic_entropy([0, 1], [-1.0, -10.0], [10, 100])
    assert result.cluster_probs == pytest.approx({0: 0.5, 1: 0.5})


def test_absent_responses_count_as_unanswered_with_the_mean_mass() -> None:
    absent = semantic_entropy([0] * 5, [-10.0] * 5, [40] * 5, n_requested=8)
    missing = semantic_entropy([0] * 5 + [-1] * 3, [-10.0] * 8, [40] * 8)
    assert absent.entropy == pytest.approx(missing.entropy)
    assert absent.unanswered_prob == pytest.approx(3 / 8)
    assert semantic_entropy([], [], [], n_requested=8).weight == 0.0


def test_no_tokens_is_no_answer() -> None:
    result = semantic_entropy([0, 0, 0, 0], [-5.0, -5.0, -5.0, 0.0], [20, 20, 20, 0])
    assert result.cluster_probs == pytest.approx({0: 0.75})
    assert result.unanswered_prob == pytest.approx(0.25)


def test_none_is_a_missing_cluster() -> None:
    assert semantic_entropy([0, None], None, None) == semantic_entropy([0, -1], None, None)


def test_drop_uses_the_log_of_the_rest() -> None:
    result = semantic_entropy([0, 0, 1, -1, -1], None, None, unanswered="drop")
    rest = semantic_entropy([0, 0, 1], None, None)
    assert result.entropy == rest.entropy
    assert result.weight == rest.weight


@pytest.mark.parametrize("ids", [[-1] * 8, [0] + [-1] * 7])
def test_drop_is_never_confident_about_fewer_than_two_answers(ids) -> None:
    result = semantic_entropy(ids, None, None, unanswered="drop", answers=["1"] * 8)
    assert result.weight == 0.0
    assert result.entropy == math.log(8)
    assert result.intra_cluster_entropy == 0.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0], [-1.0], [5]), "at least 2"),
        (([], None, None), "at least 2"),
        (([0, 0], [-1.0], [5, 5]), "1 logprobs for 2 responses"),
        (([0, 0], [-1.0, 0.5], [5, 5]), "0.5"),
        (([0, 0], [-1.0, math.nan], [5, 5]), "nan"),
        (([0, 0], [-1.0, -math.inf], [5, 5]), "-inf"),
        (([0, 0], [-1.0, -1.0], None), "token counts"),
        (([0, 0], [-1.0, -1.0], [5, -5]), "negative"),
    ],
)
def test_bad_input_is_a_clear_error(arguments, message) -> None:
    with pytest.raises(DataError, match=message):
        semantic_entropy(*arguments)


def test_more_responses_than_requested_is_an_error() -> None:
    with pytest.raises(DataError, match="only 2 were requested"):
        semantic_entropy([0, 0, 1], None, None, n_requested=2)


def test_majority() -> None:
    assert majority([0, 1, 1, -1, -1, -1]) == 1
    assert majority([0, 0, 1, 1, None]) is None
    assert majority([-1, None]) is None
    assert majority_share([0, 1, 1, -1]) == 0.5
    assert majority_share([0, 0], n_requested=8) == 0.25
    assert majority_share([-1, -1]) == 0.0
