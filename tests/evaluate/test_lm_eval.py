r"""The lm-eval tasks: what their files say, how they grade, and that lm-eval runs them."""

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import Dataset

from sure_math.errors import DataError
from sure_math.evaluate import lm_eval
from sure_math.evaluate.suites import load_suite
from sure_math.resources import resource

FOLDER = resource("pipelines", "lm_eval")
FILES = sorted(FOLDER.glob("*.yaml"))
GREEDY = [path for path in FILES if path.stem.endswith("_greedy")]


class _Loader(yaml.SafeLoader):
    """YAML with lm-eval's `!function`, resolved."""


def _function(loader: yaml.Loader, node: yaml.ScalarNode) -> Any:
    module, _, name = loader.construct_scalar(node).rpartition(".")
    return getattr(importlib.import_module(module), name)


_Loader.add_constructor("!function", _function)


def read(path: Path) -> dict[str, Any]:
    """A task file with what it includes; later files win, its own lines last."""
    own = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    includes = own.pop("include", [])
    merged: dict[str, Any] = {}
    for name in [includes] if isinstance(includes, str) else includes:
        merged |= read(path.parent / name)
    return merged | own


def test_four_benchmarks_each_sampled_and_greedy() -> None:
    assert [read(path)["task"] for path in FILES] == [
        f"sure_math_{name}{mode}"
        for name in ("aime25", "amo_p", "math500", "test")
        for mode in ("", "_greedy")
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_task_asks_as_the_paper_does(path: Path) -> None:
    task, suite = read(path), load_suite("paper")
    greedy = path in GREEDY
    decoding = next(each for each in suite.decodings if (each.n == 1) == greedy)
    given = task["generation_kwargs"]
    assert task["tag"] == ("sure_math_greedy" if greedy else "sure_math")
    assert task["repeats"] == decoding.n
    assert (given["temperature"], given["do_sample"]) == (decoding.temperature, not greedy)
    assert given.get("top_p", 1.0) == decoding.top_p
    assert given["max_gen_toks"] == suite.max_tokens
    assert [each["metric"] for each in task["metric_list"]] == [decoding.name, "no_answer"]
    assert task["doc_to_text"].endswith(
        "Please reason step by step, and put your final answer within \\boxed{}."
    )
    found = task["process_results"](
        {"problem": "p", "gold": "1", "answer_type": ""},
        [r"\boxed{1}" if greedy else [r"\boxed{1}"] * decoding.n],
    )
    assert found == {decoding.name: 1.0, "no_answer": 0.0}


def test_a_pass_rate_and_what_gave_no_answer() -> None:
    doc = {"problem": "p", "gold": r"\frac{1}{2}", "answer_type": ""}
    said = [r"\boxed{0.5}", r"\boxed{2}", "I cannot tell.", r"<think>\boxed{0.5}"]
    assert lm_eval.process_results(doc, [said]) == {"avg@4": 0.25, "no_answer": 0.5}
    assert lm_eval.process_results(doc, [said[:1]]) == {"pass@1": 1.0, "no_answer": 0.0}
    assert lm_eval.process_results(doc, [""]) == {"pass@1": 0.0, "no_answer": 1.0}


def test_amo_bench_has_its_own_rules() -> None:
    doc = {"problem": "p", "gold": r"\frac{21}{103}", "answer_type": "number"}
    rates = [lm_eval.process_results(doc, [text])["pass@1"] for text in
             (r"\boxed{0.2039}", r"\boxed{0.204}", "### The final answer is: 0.2039")]  # fmt: skip
    assert rates == [1.0, 0.0, 1.0]


@pytest.mark.parametrize("doc", [{"problem": "p", "answer": "1"}, {"gold": "", "answer_type": ""}])
def test_rows_of_another_layout_are_refused(doc: dict[str, str]) -> None:
    with pytest.raises(DataError, match="without gold answer"):
        lm_eval.process_results(doc, [r"\boxed{1}"])


def rows(docs: Dataset) -> list[dict[str, str]]:
    return list(docs)


def test_rows_of_the_benchmarks() -> None:
    aime = Dataset.from_list(
        [{"problem_idx": 1, "problem": "Find it.", "answer": 25, "problem_type": ["Algebra"]}]
    )
    assert rows(lm_eval.aime_2025(aime)) == [
        {"problem": "Find it.", "gold": "25", "answer_type": ""}
    ]
    math = Dataset.from_list(
        [{"problem": "Add.", "solution": "", "answer": r"\frac{1}{2}", "subject": "Algebra",
          "level": 1, "unique_id": "test/1"}]
    )  # fmt: skip
    assert rows(lm_eval.math_500(math)) == [
        {"problem": "Add.", "gold": r"\frac{1}{2}", "answer_type": ""}
    ]


def test_descriptions_of_amo_bench_are_left_out() -> None:
    asked = "Find it.\n\nAfter solving the above problem, please output your final answer."
    found = rows(
        lm_eval.amo_bench(
            Dataset.from_list(
                [
                    {"question_id": n, "prompt": asked, "answer": answer, "answer_type": kind}
                    for n, (answer, kind) in enumerate(
                        [(r"\boxed{6}", "number"), ("Infinitely many.", "description")]
                    )
                ]
            )
        )
    )
    assert found == [{"problem": "Find it.", "gold": "6", "answer_type": "number"}]


def test_only_rows_with_verified_answers_are_asked() -> None:
    release = Dataset.from_list([{"problem": "a", "answer": "1"}, {"problem": "b", "answer": None}])
    assert rows(lm_eval.release_test(release)) == [{"problem": "a", "gold": "1", "answer_type": ""}]


def test_a_release_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        lm_eval.release(str(tmp_path / "none"), version=1.0)


SCRIPT = r"""
import json, sys
from lm_eval import simple_evaluate
from lm_eval.api.model import LM
from lm_eval.tasks import TaskManager

class Scripted(LM):
    "Right on the first problem, and every second time on the others."
    calls = 0

    def generate_until(self, requests):
        said = []
        for request in requests:
            self.calls += 1
            assert request.args[0].endswith(r"within \boxed{}."), request.args[0]
            right = request.doc["gold"] == "1" or self.calls % 2
            said.append(r"It is \boxed{%s}." % (request.doc["gold"] if right else "-7"))
        return said

    def loglikelihood(self, requests): raise NotImplementedError
    def loglikelihood_rolling(self, requests): raise NotImplementedError

manager = TaskManager(include_path=sys.argv[1:])
found = simple_evaluate(model=Scripted(), tasks=["own", "own_greedy"], task_manager=manager,
                        bootstrap_iters=0)
shipped = [name for name in manager.all_tasks if name.startswith("sure_math")]
print(json.dumps([found["results"], sorted(shipped)]))
"""


@pytest.mark.engine
@pytest.mark.skipif(importlib.util.find_spec("lm_eval") is None, reason="lm-eval is not installed")
def test_lm_eval_runs_the_tasks(tmp_path: Path) -> None:
    data = tmp_path / "problems.jsonl"
    lines = [{"problem": f"What is {n}?", "answer": str(n)} for n in (1, 2, 3, 4)]
    data.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for mode in ("", "_greedy"):
        own = {
            "include": str(FOLDER / f"release{mode}.yaml"),
            "task": f"own{mode}",
            "custom_dataset": None,
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": {"test": str(data)}},
        }
        (tmp_path / f"own{mode}.yaml").write_text(yaml.safe_dump(own))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(FOLDER)],
        env={**os.environ, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1",
             "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results, shipped = json.loads(done.stdout.splitlines()[-1])
    assert results["own"]["avg@16,all"] == pytest.approx((1 + 3 * 0.5) / 4)
    assert results["own"]["no_answer,all"] == 0
    assert results["own_greedy"]["pass@1,first"] in (0.5, 0.75)
    assert {read(path)["task"] for path in FILES} <= set(shipped)
