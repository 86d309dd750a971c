from functools import partial
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from sure_math.answers.equivalence import Comparison, compare
from sure_math.cluster.clustering import Clustering, Question, cluster_answers, clustering


def run(answers, verdict, **options) -> tuple[Clustering, list[Question]]:
    """Drive the generator with a judge given as a function of a question."""
    asked: list[Question] = []
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


ANIMALS = st.lists(st.sampled_from(["cat", "dog", "bird", "3", "4", None]), min_size=1, max_size=5)


@given(
    ANIMALS,
    st.sets(
        st.tuples(st.sampled_from(["cat", "dog", "bird"]), st.sampled_from(["cat", "dog", "bird"]))
    ),
)
def test_the_partition_does_not_depend_on_the_order_of_responses(answers, agreed) -> None:
    def verdict(question: Question) -> bool:
        return (question.a, question.b) in agreed

    partitions = set()
    for order in permutations(answers):
        result, _ = run(list(order), verdict)
        classes: dict[int, set[str]] = {}
        for answer, cluster in zip(order, result.cluster_ids, strict=True):
            assert (answer is None) == (cluster == -1)
            if answer is not None:
                classes.setdefault(cluster, set()).add(answer)
        partitions.add(frozenset(map(frozenset, classes.values())))
    assert len(partitions) == 1


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


def test_a_problem_with_the_symbolic_tier() -> None:
    from sure_math.answers.symbolic import SymbolicChecker

    with SymbolicChecker() as checker:
        result, asked = run(["x+1", "1+x", "3"], no, compare=partial(compare, symbolic=checker))
    assert result.cluster_ids == (0, 0, 1)
    (merge,) = result.merges
    assert merge.tier not in ("canonical", "judge")
    assert len(asked) == 1
