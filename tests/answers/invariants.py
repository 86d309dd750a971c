"""What must hold for any answer whatever; each function raises `Violated` where it does not."""

import functools
import random
import resource
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from sure_math.answers.boxed import extract
from sure_math.answers.canonical import MAX_LENGTH, canonical
from sure_math.answers.equivalence import Comparison, compare, equivalent
from sure_math.answers.problem import problem_keys
from sure_math.answers.symbolic import SymbolicChecker
from sure_math.cluster.clustering import MISSING, Clustering, Judging, Linkage, clustering
from tests.answers.truths import Truth

T = TypeVar("T")
SECONDS, SECONDS_PER_CHARACTER = 0.5, 4e-6
"""CPU time of one call in this process: a constant, and linear in the length of the text."""
MEMORY = 300 * 2**20
"""By how much one call may raise the peak memory of this process."""


class Violated(AssertionError):
    """An invariant does not hold."""


def require(condition: bool, what: str) -> None:
    """Raise `Violated` unless the condition holds."""
    if not condition:
        raise Violated(what)


def bounded(what: str, length: int, call: Callable[[], T]) -> T:
    """The result of a call that must neither raise nor cost much CPU time or memory."""
    limit = SECONDS + SECONDS_PER_CHARACTER * length
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    try:
        result = call()
    except Exception as error:
        raise Violated(f"{what} raised {type(error).__name__}: {error}"[:200]) from error
    seconds = time.process_time() - start
    if seconds > limit:
        # Once more: a busy machine is no bug.
        start = time.process_time()
        call()
        seconds = min(seconds, time.process_time() - start)
    require(seconds <= limit, f"{what} took {seconds:.2f} s of CPU time")
    growth = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak)
    require(growth <= MEMORY, f"{what} took {growth >> 20} MiB")
    return result


def check_answer(text: str) -> str:
    """One answer by itself; returns its key."""
    key = bounded("canonical", len(text), lambda: canonical(text))
    require(len(key) <= max(MAX_LENGTH, len(text)), "the key is longer than its limit")
    require(
        bounded("canonical", len(key), lambda: canonical(key)) == key, "canonical changes a key"
    )
    require(equivalent(text, text), "not equal to itself")
    require(problem_keys([text]) == {text: text}, "a single answer is its own key")
    return key


def check_pair(a: str, b: str, symbolic: SymbolicChecker | None = None) -> Comparison:
    """Two answers: symmetric, bounded, and in agreement with their keys."""
    length = len(a) + len(b)
    found = bounded("compare", length, lambda: compare(a, b, symbolic=symbolic))
    require(found == compare(b, a, symbolic=symbolic), "compare is not symmetric")
    require((found.verdict == "undecided") == (found.tier == "none"), "a verdict without a tier")
    keys = bounded("problem_keys", length, lambda: problem_keys([a, b]))
    require(set(keys) == {a, b}, "problem_keys forgets an answer")
    if canonical(a) == canonical(b):
        require(found.verdict == "equal", "equal keys are not equal answers")
    of_keys = bounded("compare", length, lambda: compare(keys[a], keys[b], symbolic=symbolic))
    if keys[a] == keys[b]:
        require(of_keys.verdict == "equal", "equal problem keys are not equal")
    return found


def check_truth(truth: Truth, symbolic: SymbolicChecker | None = None) -> Comparison:
    """A pair with known truth: no verdict contradicts it."""
    found = check_pair(truth.a, truth.b, symbolic)
    keys = problem_keys([truth.a, truth.b])
    of_keys = compare(keys[truth.a], keys[truth.b], symbolic=symbolic)
    wrong = "different" if truth.equal else "equal"
    for comparison in (found, of_keys):
        kind = "equal answers" if truth.equal else "unequal answers"
        require(comparison.verdict != wrong, f"{kind} are {wrong} by {comparison.tier}")
    return found


def check_extraction(text: str) -> str:
    """A response, complete or cut; returns the status."""
    statuses = []
    for reason in ("stop", "length"):
        names = ("the_answer_is", "final_answer", "hashes") if len(text) % 2 else ()
        found = bounded(
            "extract",
            len(text),
            lambda reason=reason, names=names: extract(text, finish_reason=reason, fallbacks=names),
        )
        has_answer = found.status in ("boxed", "the_answer_is", "final_answer", "hashes")
        require(has_answer == (found.answer is not None), f"status {found.status} and its answer")
        require(found.answer is None or bool(found.answer.strip()), "an empty answer")
        statuses.append(found.status)
    return "/".join(statuses)


def check_box(content: str) -> None:
    r"""What stands in the only box of a response is its answer, whatever it is."""
    depth = 0
    for character in content.replace(r"\\", "").replace(r"\{", "").replace(r"\}", ""):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return
    special = ["box", "think", "<|", "|>", "THINK", "analysis", "final", "thought", "reasoning"]
    special += [r"\\{", r"\\}"]
    if depth or content.endswith("\\") or any(word in content for word in special):
        return
    found = extract(rf"So the answer is $\boxed{{{content}}}$.")
    if found.answer is None:
        require(found.status in ("empty_box", "placeholder"), f"a box gives {found.status}")
    else:
        require(found.answer == content.strip(), "not the content of the box")


def check_clusters(
    answers: Sequence[str | None], rng: random.Random, symbolic: SymbolicChecker | None = None
) -> list[int]:
    """Cluster ids are well-formed and do not depend on the order of the answers."""
    linkage: Linkage = rng.choice(["single", "complete"])
    with_judge, salt = rng.random() < 0.5, rng.random()

    def cluster(texts: Sequence[str | None]) -> Sequence[int]:
        steps = clustering(
            texts,
            functools.partial(compare, symbolic=symbolic),
            use_judge=with_judge,
            linkage=linkage,
            closing_questions=rng.randint(0, 2),
        )
        return _judged(steps, salt)

    length = sum(len(answer or "") for answer in answers) * len(answers)
    ids = bounded("clustering", length, lambda: cluster(answers))
    require(len(ids) == len(answers), "one id per answer")
    first = list(dict.fromkeys(i for i in ids if i != MISSING))
    require(first == list(range(len(first))), "ids are not by first appearance")
    for answer, i in zip(answers, ids, strict=True):
        require((answer is None) == (i == MISSING), "missing answers and no others have no cluster")
    by_answer: dict[str | None, int] = dict(zip(answers, ids, strict=True))
    require([by_answer[answer] for answer in answers] == list(ids), "one answer in two clusters")
    order = list(range(len(answers)))
    rng.shuffle(order)
    again = cluster([answers[i] for i in order])
    back = [again[order.index(i)] for i in range(len(order))]
    require(_partition(ids) == _partition(back), "the order of the answers matters")
    return list(ids)


def _judged(steps: Judging, salt: float) -> Sequence[int]:
    """Drive a clustering with a judge that says anything, but always the same."""
    try:
        question = next(steps)
        while True:
            pair = (salt, frozenset((question.a, question.b)))
            question = steps.send((True, False, None)[hash(pair) % 3])
    except StopIteration as done:
        result: Clustering = done.value
        return result.cluster_ids


def _partition(ids: Sequence[int]) -> list[int]:
    numbers: dict[int, int] = {}
    return [i if i == MISSING else numbers.setdefault(i, len(numbers)) for i in ids]
