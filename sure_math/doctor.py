"""`sure-math doctor`: one real request per model, checked for what the pipeline needs."""

from collections.abc import Iterator

from sure_math.backends import open_backend
from sure_math.backends.base import Completion, Request, Sampling
from sure_math.config import Recipe
from sure_math.errors import SureMathError
from sure_math.model_config import ModelConfig
from sure_math.prompts import load_prompt
from sure_math.runtime.context import Role
from sure_math.runtime.ids import sampling_seed


def examine(recipe: Recipe) -> tuple[bool, str]:
    """Ask the model of every role that the recipe uses for two samples.

    Returns:
        Whether all are healthy, and the report.
    """
    lines: list[str] = []
    healthy = True
    for role in _roles(recipe):
        config: ModelConfig = getattr(recipe.models, role)
        lines.append(f"{role}: {config.backend} {config.model}")
        try:
            findings = list(_findings(role, config, recipe))
        except SureMathError as error:
            findings = [(False, str(error))]
        for good, text in findings:
            healthy = healthy and good
            lines.append(f"  {'ok  ' if good else 'FAIL'} {text}")
    lines.append("everything needed is there" if healthy else "see the failures above")
    return healthy, "\n".join(lines)


def _findings(role: Role, config: ModelConfig, recipe: Recipe) -> Iterator[tuple[bool, str]]:
    with open_backend(config) as backend:
        (completion,) = backend.generate([_request(role, recipe)])
        yield True, f"engine {backend.info.engine}"
    if completion.failure:
        yield False, f"{completion.failure.reason}: {completion.failure.detail}"
        return
    yield len(completion.samples) == 2, f"{len(completion.samples)} of 2 samples came back"
    yield from _quality(role, completion, recipe.sample.allow_missing_logprobs)


def _quality(role: Role, completion: Completion, allow_missing: bool) -> Iterator[tuple[bool, str]]:
    sample = completion.samples[0]
    yield bool(sample.text.strip()), f"response: {' '.join(sample.text.split())[:80]!r}"
    if role == "teacher":
        known = all(each.logprob is not None for each in completion.samples)
        if known:
            yield (
                True,
                f"log-probabilities: {sample.logprob:.3f} nats over {sample.token_count} tokens",
            )
        else:
            yield allow_missing, "no log-probabilities (only discrete entropy is possible)"


def _roles(recipe: Recipe) -> Iterator[Role]:
    if recipe.evolve.enabled:
        yield "evolver"
    yield "teacher"
    votes = recipe.evolve.enabled and recipe.evolve.validity_votes
    if recipe.cluster.judge or recipe.decontaminate.judge or votes:
        yield "judge"


def _request(role: Role, recipe: Recipe) -> Request:
    if role == "judge":
        prompt = load_prompt(recipe.judge_prompt)
        messages = prompt.messages(problem="Find 1/4 + 1/4.", a="1/2", b="0.5")
    elif role == "evolver":
        messages = load_prompt("evolve/rewrite").messages(problem="Find the sum of 12 and 30.")
    else:
        prompt = load_prompt(recipe.sample_prompt)
        messages = prompt.messages(problem="Find the sum of 12 and 30.")
    sampling = Sampling(n=2, temperature=0.7, max_tokens=128)
    return Request("doctor", messages, sampling, sampling_seed("doctor", role))
