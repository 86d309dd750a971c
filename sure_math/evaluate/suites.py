"""Suites in YAML: the shipped ones, one's own, and what the command line changes in them."""

import json
from collections.abc import Sequence
from pathlib import Path

from sure_math.errors import ConfigError
from sure_math.evaluate.suite import Benchmark, Suite
from sure_math.own_input import model_spec
from sure_math.settings import Kind

SUITES = Kind("suite", Suite, ("pipelines", "evaluate"))


def load_suite(
    name: str,
    overrides: Sequence[str] = (),
    *,
    dataset: str | None = None,
    revision: str | None = None,
    benchmarks: Sequence[str] = (),
    judge: str | None = None,
) -> Suite:
    """A shipped suite by name, or one's own by the path of its YAML file.

    Args:
        overrides: `a.b=c`, as for recipes.
        dataset: the release (folder or `owner/name`) of every benchmark with adapter `release`.
        revision: that of `dataset` on a hub.
        benchmarks: names of those wanted; none: all.
        judge: `BACKEND:MODEL[@URL]`.

    Raises:
        ConfigError: no such suite, benchmark or setting, or a bad value.
    """
    if judge:
        overrides = (f"judge={json.dumps(model_spec(judge))}", *overrides)
    if revision and not dataset:
        raise ConfigError("--revision is that of a --dataset")
    suite = SUITES.load(name, overrides)
    chosen = tuple(_of_release(each, dataset, revision) for each in _chosen(suite, benchmarks))
    if dataset and all(each.adapter != "release" for each in chosen):
        raise ConfigError(f"--dataset: no benchmark of suite {suite.name} reads a release")
    return suite.model_copy(update={"benchmarks": chosen})


def _chosen(suite: Suite, names: Sequence[str]) -> list[Benchmark]:
    known = {each.name: each for each in suite.benchmarks}
    if unknown := [name for name in names if name not in known]:
        raise ConfigError(
            f"suite {suite.name} has no benchmark {unknown[0]!r}",
            hint=f"it has {', '.join(known) or 'none'}",
        )
    if not known:
        raise ConfigError(f"suite {suite.name} names no benchmark")
    return [each for name, each in known.items() if not names or name in names]


def _of_release(benchmark: Benchmark, dataset: str | None, revision: str | None) -> Benchmark:
    if dataset is None or benchmark.adapter != "release":
        return benchmark
    local = Path(dataset).is_dir()
    place = {"path": dataset, "dataset": None} if local else {"path": None, "dataset": dataset}
    return benchmark.model_copy(update={**place, "revision": revision})
