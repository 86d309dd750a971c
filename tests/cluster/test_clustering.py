"""Clusters of answers, driven by judges that are functions of a question."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations, permutations

from hypothesis import given
from hypothesis import strategies as st

from sure_math.answers.equivalence import Comparison, compare
from sure_math.answers.free_text import compare_texts, text_keys
from sure_math.cluster.clustering import (
    Clustering,
    Conflict,
    Question,
    cluster_answers,
    clustering,
)
from sure_math.cluster.union_find import UnionFind


def run(answers, verdict, **options) -> tuple[Clustering, list[Question]]:
    """Drive the generator with a judge given as a function of a question."""
    asked: list[Question] = []
    if "compare" in options:  # made for answers as they are written
        options.setdefault("keys", text_keys)
    steps = clustering(answers, options.pop("compare", compare), **options)
    try:
        question = next(steps)
        while True:
            asked.append(question)
            question = steps.send(verdict(question))
    except StopIteration as done:
        return done.value, asked


def yes(question: Question) -> bool:
    return True


def no(question: Question) -> bool:
    return False


def test_missing_answers_are_minus_one_and_labels_follow_first_appearance() -> None:
    result, asked = run([None, "7", "1/2", None, "0.5", "7.0"], no)
    assert result.cluster_ids == (-1, 0, 1, -1, 1, 0)
    assert asked == []
    assert {merge.tier for merge in result.merges} == {"canonical"}


def test_a_yes_is_asked_again_in_the_swapped_order() -> None:
    result, asked = run(["cat", "dog"], yes)
    assert asked == [Question("cat", "dog"), Question("dog", "cat")]
    assert result.cluster_ids == (0, 0)
    assert result.merges[0].tier == "judge"
    result, _ = run(["cat", "dog"], lambda q: q.a == "cat")
    assert result.cluster_ids == (0, 1)
    (judgement,) = result.judgements
    assert (judgement.forward, judgement.reverse, judgement.equal) == (True, False, False)


def test_an_unreadable_verdict_counts_as_no_and_is_recorded() -> None:
    result, asked = run(["cat", "dog"], lambda q: None)
    assert len(asked) == 1
    assert result.cluster_ids == (0, 1)
    assert result.judgements[0].forward is None


def test_no_question_about_numbers_that_clearly_differ() -> None:
    result, asked = run(["3", "4", "5", "3"], yes)
    assert asked == []
    assert result.cluster_ids == (0, 1, 2, 0)


def test_the_judge_sees_the_answers_as_written() -> None:
    _, asked = run([r"\text{Saturday}", r"\text{No Solution}"], no)
    assert asked == [Question(r"\text{No Solution}", r"\text{Saturday}")]


def test_each_pair_of_keys_is_asked_once() -> None:
    answers = ["cat", "Cat.", "dog", r"\text{dog}", "bird", "cat"]
    result, asked = run(answers, no)
    pairs = [frozenset((q.a, q.b)) for q in asked]
    assert len(pairs) == len(set(pairs)) == 3
    assert result.cluster_ids == (0, 0, 1, 1, 2, 0)


def test_only_representatives_of_clusters_are_compared() -> None:
    # All equal: each new answer needs one yes in both orders, not one per pair.
    result, asked = run(["cat", "dog", "bird", "fish"], yes)
    assert len(asked) == 6
    assert set(result.cluster_ids) == {0}


def test_units_of_a_problem_do_not_chain() -> None:
    result, _ = run(["5", r"5\text{ cm}", r"5\text{ m}"], no)
    assert result.cluster_ids == (0, 1, 2)
    result, _ = run(["5", r"5\text{ cm}"], no)
    assert result.cluster_ids == (0, 0)


def test_without_judge_open_pairs_stay_apart() -> None:
    result, asked = run(["cat", "dog"], yes, use_judge=False)
    assert asked == []
    assert result.cluster_ids == (0, 1)


def test_paper_rule_asks_about_all_distinct_strings_and_counts_conflicts() -> None:
    equal = {frozenset(("cat", "bird")), frozenset(("cat", "dog"))}
    result, asked = run(
        ["dog", "cat", "bird", "cat"], lambda q: frozenset((q.a, q.b)) in equal, paper=True
    )
    assert len(asked) == 5
    assert result.cluster_ids == (0, 0, 0, 0)
    assert result.conflicts == 1
    result, asked = run(["0.5", "1/2"], no, paper=True)
    assert len(asked) == 1
    assert result.cluster_ids == (0, 1)


def test_tiers_come_before_the_judge() -> None:
    def by_length(a: str, b: str) -> Comparison:
        same = len(a) == len(b)
        return Comparison("equal", "symbolic") if same else Comparison("undecided", "none")

    result, asked = run(["x+1", "y+2", "z"], no, compare=by_length)
    assert result.cluster_ids == (0, 0, 1)
    assert len(asked) == 1


WORDS = ("ant", "bee", "cat", "dog", "elk", "fox")
LINKAGES = st.sampled_from(["single", "complete"])
RESPONSES = st.lists(st.sampled_from([*WORDS[:4], "3", "4", None]), min_size=1, max_size=4)
PAIRS = st.sets(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)))
VERDICTS = st.dictionaries(
    st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)).map(sorted).map(tuple),
    st.sampled_from(["equal", "different"]),
)


def relation(verdicts: dict[tuple[str, ...], str]) -> Callable[[str, str], Comparison]:
    """Tiers that know some pairs of words and leave the others open."""

    def tiers(a: str, b: str) -> Comparison:
        verdict = verdicts.get(tuple(sorted((a, b))), "undecided")
        return Comparison(verdict, "none" if verdict == "undecided" else "number")  # type: ignore[arg-type]

    return tiers


def said_by(agreed: set[tuple[str, str]]) -> Callable[[Question], bool]:
    return lambda question: (question.a, question.b) in agreed


def partition(answers: Sequence[str | None], result: Clustering) -> frozenset[frozenset[str]]:
    classes: dict[int, set[str]] = {}
    for answer, cluster in zip(answers, result.cluster_ids, strict=True):
        assert (answer is None) == (cluster == -1)
        if answer is not None:
            classes.setdefault(cluster, set()).add(answer)
    return frozenset(map(frozenset, classes.values()))


@given(RESPONSES, PAIRS, VERDICTS, LINKAGES)
def test_the_partition_does_not_depend_on_the_order_of_responses(
    answers, agreed, known, linkage
) -> None:
    options = {"compare": relation(known), "linkage": linkage, "closing_questions": 2}
    results = [
        (order, *run(list(order), said_by(agreed), **options)) for order in permutations(answers)
    ]
    assert len({partition(order, result) for order, result, _ in results}) == 1
    assert len({(result.merges, result.contradictions) for _, result, _ in results}) == 1
    assert len({tuple(asked) for _, _, asked in results}) == 1


@given(st.permutations(WORDS), PAIRS, VERDICTS)
def test_complete_linkage_keeps_different_answers_apart(answers, agreed, known) -> None:
    result, _ = run(answers, said_by(agreed), compare=relation(known), linkage="complete")
    assert result.conflicts == 0
    judged = {frozenset((said.a, said.b)): said.equal for said in result.judgements}
    for members in partition(answers, result):
        for a, b in combinations(members, 2):
            verdict = relation(known)(a, b).verdict
            assert verdict == "equal" or (verdict == "undecided" and judged[frozenset((a, b))])


@given(st.permutations(WORDS), PAIRS)
def test_the_papers_clusters_are_the_components_of_its_yeses(answers, agreed) -> None:
    result, asked = run(answers, said_by(agreed), paper=True)
    both = {(a, b) for a, b in agreed if (b, a) in agreed}
    component = {word: {word} for word in WORDS}
    for a, b in both:
        joined = component[a] | component[b]
        component |= dict.fromkeys(joined, joined)
    assert partition(answers, result) == frozenset(map(frozenset, component.values()))
    inside = [pair for members in component.values() for pair in combinations(sorted(members), 2)]
    assert result.conflicts == len({pair for pair in inside if pair not in both})
    assert len(asked) >= 15


@given(st.permutations(WORDS), PAIRS, VERDICTS, LINKAGES, st.booleans(), st.integers(0, 3))
def test_every_pair_is_asked_once_and_swapped_after_a_yes(
    answers, agreed, known, linkage, paper, closing
) -> None:
    options = {"linkage": linkage, "paper": paper, "closing_questions": closing}
    result, asked = run(answers, said_by(agreed), compare=relation(known), **options)
    assert len(set(asked)) == len(asked)
    expected = [
        question
        for said in result.judgements
        for question in (Question(said.a, said.b), Question(said.b, said.a))[: 1 + said.forward]
    ]
    assert asked == expected
    assert len({frozenset((said.a, said.b)) for said in result.judgements}) * 2 <= 30
    if not paper:
        assert all(relation(known)(q.a, q.b).verdict == "undecided" for q in asked)


@given(st.permutations(WORDS), PAIRS, VERDICTS, LINKAGES)
def test_clusters_are_what_the_merges_connect(answers, agreed, known, linkage) -> None:
    result, _ = run(answers, said_by(agreed), compare=relation(known), linkage=linkage)
    sets = UnionFind(len(WORDS))
    for merge in result.merges:
        assert sets.union(WORDS.index(merge.a), WORDS.index(merge.b))
    expected: dict[int, set[str]] = {}
    for number, word in enumerate(WORDS):
        expected.setdefault(sets.find(number), set()).add(word)
    assert partition(answers, result) == frozenset(map(frozenset, expected.values()))


def test_complete_linkage_needs_every_pair() -> None:
    agreed = {(a, b) for a, b in permutations(["ant", "bee", "cat"], 2) if {a, b} != {"bee", "cat"}}
    single, asked = run(["ant", "bee", "cat"], said_by(agreed))
    assert single.cluster_ids == (0, 0, 0)
    assert len(asked) == 4
    complete, asked = run(["ant", "bee", "cat"], said_by(agreed), linkage="complete")
    assert complete.cluster_ids == (0, 0, 1)
    assert len(asked) == 5  # bee and cat: no, so the swapped order is not asked


def test_tiers_find_conflicts_among_what_the_judge_joined() -> None:
    known = relation({("bee", "cat"): "different"})
    result, asked = run(["ant", "bee", "cat"], yes, compare=known)
    assert result.cluster_ids == (0, 0, 0)
    assert result.contradictions == (Conflict("bee", "cat", "number"),)
    assert len(asked) == 4


def test_closing_questions_find_conflicts_of_the_judge() -> None:
    agreed = {(a, b) for a, b in permutations(WORDS[:4], 2) if "ant" in (a, b)}
    for limit in range(5):
        result, asked = run(list(WORDS[:4]), said_by(agreed), closing_questions=limit)
        found = (("bee", "cat"), ("bee", "dog"), ("cat", "dog"))[:limit]
        assert result.contradictions == tuple(Conflict(a, b, "judge") for a, b in found)
        assert result.cluster_ids == (0, 0, 0, 0)
        assert len(asked) == 6 + min(limit, 3)


def test_a_closing_yes_changes_nothing() -> None:
    result, asked = run(["ant", "bee", "cat"], yes, closing_questions=3)
    assert (result.cluster_ids, result.conflicts) == ((0, 0, 0), 0)
    assert (len(asked), len(result.merges), len(result.judgements)) == (6, 2, 3)


def test_classes_of_ones_own() -> None:
    answers = ["The train is late.", "The  train\nis late.", "It is delayed."]
    options = {"keys": text_keys, "compare": compare_texts}
    result, asked = run(answers, no, **options)
    assert result.cluster_ids == (0, 0, 1)
    assert len(asked) == 1
    result, _ = run(answers, yes, **options)
    assert result.cluster_ids == (0, 0, 0)


def test_cluster_answers() -> None:
    answers = [r"\frac{1}{\sqrt2}", r"\frac{\sqrt2}{2}", None, "cat", "feline"]
    assert cluster_answers(answers) == [0, 0, -1, 1, 2]
    assert cluster_answers(answers, judge=lambda a, b: {a, b} == {"cat", "feline"}) == [
        0,
        0,
        -1,
        1,
        1,
    ]
    assert cluster_answers([]) == []


def test_cluster_answers_under_complete_linkage() -> None:
    def judge(a: str, b: str) -> bool:
        return {a, b} != {"bee", "cat"}

    assert cluster_answers(["ant", "bee", "cat"], judge) == [0, 0, 0]
    assert cluster_answers(["ant", "bee", "cat"], judge, linkage="complete") == [0, 0, 1]


def test_a_problem_with_the_symbolic_tier() -> None:
    from sure_math.answers.symbolic import SymbolicChecker

    with SymbolicChecker() as checker:
        result, asked = run(["x+1", "1+x", "3"], no, compare=partial(compare, symbolic=checker))
    assert result.cluster_ids == (0, 0, 1)
    (merge,) = result.merges
    assert merge.tier not in ("canonical", "judge")
    assert len(asked) == 1
