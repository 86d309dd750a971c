"""Measure built-in models: answers, entropy and how well it predicts error, evolved problems.

Everything runs on the numpy engine; truth comes from the grammar and the exact solutions.
"""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from sure_math.answers.boxed import extract_answer
from sure_math.backends.builtin_engine import BuiltinEngine, Prompt
from sure_math.builtin.chat import prompt
from sure_math.builtin.evolution import work
from sure_math.builtin.grammar import parse
from sure_math.builtin.marking import correct, meaning
from sure_math.builtin.problems import Nested, Problem, Single, instances
from sure_math.runtime.ids import sampling_seed
from sure_math.weight.entropy import semantic_entropy

SAMPLES, TEMPERATURE = 8, 0.7
MAX_TOKENS = 200

_PROBLEM = re.compile(r"<problem>(.*)</problem>\n<answer_form>(\w+)</answer_form>")


@dataclass(frozen=True)
class Response:
    """One model response with its summed raw log-probability (nats) and its length in tokens."""

    text: str
    logprob: float
    tokens: int
    finished: bool


def ask(
    engine: BuiltinEngine,
    role: str | Sequence[str],
    users: Sequence[str],
    *,
    n: int = 1,
    temperature: float = 0.0,
    run: str = "measure",
) -> list[list[Response]]:
    """`n` responses to each user text under a role (one for all, or one each)."""
    roles = [role] * len(users) if isinstance(role, str) else role
    prompts = [
        Prompt(
            tuple(engine.tokenizer.encode(prompt(r, user), add_special_tokens=False).ids),
            n=n,
            temperature=temperature,
            max_tokens=MAX_TOKENS,
            seed=sampling_seed(run, i, user),
        )
        for i, (r, user) in enumerate(zip(roles, users, strict=True))
    ]
    results: list[list[Response]] = [[] for _ in prompts]
    for index, continuations in engine.generate(prompts):
        results[index] = [
            Response(
                engine.decode(c.tokens), sum(c.logprobs), len(c.tokens), c.finish_reason == "stop"
            )
            for c in continuations
        ]
    return results


def greedy_correct(
    engine: BuiltinEngine, problems: Sequence[Problem], texts: Sequence[str]
) -> list[bool]:
    """Whether the greedy answer to each problem is right."""
    answers = ask(engine, "solve", texts)
    return [correct(problem, a[0].text) for problem, a in zip(problems, answers, strict=True)]


def sampled_answers(engine: BuiltinEngine, texts: Sequence[str]) -> list[list[Response]]:
    """`SAMPLES` sampled solutions of each problem."""
    return ask(engine, "solve", texts, n=SAMPLES, temperature=TEMPERATURE)


def entropy(
    responses: Sequence[Response], key: Callable[[str], Hashable | None] = meaning
) -> float:
    """Semantic entropy (nats) of one problem, clustered by a key of the boxed answer."""
    clusters: list[int | None] = []
    numbers: dict[Hashable, int] = {}
    for response in responses:
        answer = extract_answer(response.text)
        found = None if answer is None else key(answer) or answer
        clusters.append(None if found is None else numbers.setdefault(found, len(numbers)))
    return semantic_entropy(
        clusters, [r.logprob for r in responses], [r.tokens for r in responses]
    ).entropy


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """The probability that a positive case scores above a negative one, ties counting half."""
    values, labels = np.asarray(scores), np.asarray(positive, dtype=bool)
    above, below = values[labels][:, None], values[~labels][None, :]
    return float(np.mean((above > below) + 0.5 * (above == below)))


def judge(engine: BuiltinEngine, pairs: Sequence[tuple[str, str]]) -> list[bool]:
    """Whether the judge finds the two answers equal in both orders."""
    users = [f"Answer A: {a}\nAnswer B: {b}" for a, b in pairs]
    users += [f"Answer A: {b}\nAnswer B: {a}" for a, b in pairs]
    said = [r[0].text.split()[-1:] == ["yes"] for r in ask(engine, "judge", users)]
    half = len(pairs)
    return [one and other for one, other in zip(said[:half], said[half:], strict=True)]


def evolve_texts(
    engine: BuiltinEngine, strategies: Sequence[str], texts: Sequence[str], run: str
) -> list[tuple[str, str] | None]:
    """(problem text, declared answer form) from the evolver, or None where it broke the format."""
    outputs = ask(engine, strategies, texts, temperature=TEMPERATURE, run=run)
    matches = [_PROBLEM.fullmatch(output[0].text) for output in outputs]
    return [(m[1], m[2]) if m else None for m in matches]


def obeys(strategy: str, parent: Problem, child: Problem) -> bool:
    """Whether the evolved problem is what the strategy asks for."""
    match strategy:
        case "rewrite":
            return child == parent
        case "harder":
            return work(child) > work(parent)
        case "apply":
            return isinstance(child, Single) and child.style == "apply"
        case "algebraize":
            return getattr(child, "style", "") == "algebraize" or (
                getattr(child, "tail", "") == "times_n"
            )
        case "compose":
            return isinstance(child, Nested) and len(child.terms) > len(instances(parent))
    return isinstance(child, Nested) and child.tail not in ("none", "times_n")


def parsed(outputs: Sequence[tuple[str, str] | None]) -> list[Problem | None]:
    """The problems behind evolver outputs; None where the text is not in the grammar."""
    return [parse(output[0]) if output else None for output in outputs]
