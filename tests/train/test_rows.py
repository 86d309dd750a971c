"""Training rows: from a release, from somebody's own dataset, and from a hub at a revision."""

import json
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import pytest

import sure_math
from sure_math.errors import ConfigError, DataError
from sure_math.prompts import load_prompt
from sure_math.publish.manifest import read_manifest
from sure_math.train.fewer_samples import reweighted
from sure_math.train.rows import load_training_data, training_rows
from tests.hub import LocalHub
from tests.train.recipes import recipe

OWN = {"problem": ["What is 1 + 1?", "What is 2 + 2?"], "trust": [0.25, 1]}


def own(**columns: Any) -> datasets.Dataset:
    return datasets.Dataset.from_dict({**OWN, **columns})


def test_a_release_becomes_rows(release: Path) -> None:
    data = load_training_data(recipe(release))
    released = sure_math.load_dataset(str(release), split="train")
    assert len(data.rows) == len(released) == data.identity.rows == 9
    for column in ("problem_id", "problem", "w_se", "semantic_entropy", "answer"):
        assert data.rows[column][:] == released[column][:]
    system, user = data.rows[0]["prompt"]
    asked = load_prompt("solve").messages(problem=released[0]["problem"])
    assert system == {"role": "system", "content": asked[0].content}
    assert user == {"role": "user", "content": released[0]["problem"]} == {
        "role": "user", "content": asked[1].content
    }  # fmt: skip


def test_what_was_read_is_named(release: Path, tmp_path: Path) -> None:
    data = load_training_data(recipe(release))
    assert data.identity.name == str(release)
    assert data.identity.commit is None
    assert data.identity.version == read_manifest(release).version
    assert (data.identity.config, data.identity.split) == ("default", "train")
    assert data.annotation is not None
    assert data.annotation.prompt_sha == load_prompt("solve").sha
    assert not data.annotation.enable_thinking
    copy = shutil.copytree(release, tmp_path / "copy")
    assert load_training_data(recipe(copy)).identity.sha256 == data.identity.sha256
    test = load_training_data(recipe(release, dataset={"split": "test"}))
    assert test.identity.rows == 3
    assert test.identity.sha256 != data.identity.sha256


def test_a_release_that_does_not_say_how_it_was_made(release: Path, tmp_path: Path) -> None:
    for number, text in enumerate((None, "{}", "[1]", "no JSON")):
        copy = shutil.copytree(release, tmp_path / str(number))
        page = copy / "provenance.json"
        page.unlink() if text is None else page.write_text(text)
        assert load_training_data(recipe(copy)).annotation is None


@pytest.mark.parametrize("column", ["w_se", "semantic_entropy", "semantic_entropy_normalized"])
def test_all_samples_give_the_released_weights(release: Path, column: str) -> None:
    stored = load_training_data(recipe(release)).rows[column][:]
    again = load_training_data(recipe(release, weighting={"samples": 8})).rows[column][:]
    assert again == pytest.approx(stored, abs=1e-9)


def test_fewer_samples_are_the_first_ones(release: Path) -> None:
    rows = load_training_data(recipe(release, weighting={"samples": 3})).rows
    responses = sure_math.load_dataset(str(release), config="responses", split="train").to_list()
    for row in rows:
        first = [
            each
            for each in responses
            if each["problem_id"] == row["problem_id"] and each["sample_index"] < 3
        ]
        found = sure_math.semantic_entropy(
            [each["cluster"] for each in first],
            [each["logprob"] for each in first],
            [each["token_count"] for each in first],
        )
        assert row["w_se"] == pytest.approx(found.weight, abs=1e-12)
        assert row["semantic_entropy"] == pytest.approx(found.entropy, abs=1e-12)
        assert row["n_samples"] == 3


def test_without_logprobs_fewer_samples_count_alike() -> None:
    problems = datasets.Dataset.from_dict({"problem_id": ["p"], "n_samples": [4], "w_se": [0.0]})
    responses = datasets.Dataset.from_dict(
        {
            "problem_id": ["p"] * 4,
            "sample_index": [3, 2, 1, 0],
            "cluster": [0, 1, -1, 0],
            "token_count": [9, 1, 1, 1],
            "logprob": [None] * 4,
        }
    )
    found = reweighted(problems, responses, 4)[0]
    assert found["semantic_entropy"] == pytest.approx(1.5 * math.log(2))
    assert reweighted(problems, responses, 3)[0]["w_se"] == pytest.approx(0)
    assert reweighted(problems, responses, 4, "drop")[0]["w_se"] == pytest.approx(
        1 - (math.log(3) - 2 / 3 * math.log(2)) / math.log(3)
    )
    with pytest.raises(DataError, match="1 of 1 problems have no responses: p"):
        reweighted(problems, responses.select([]), 4)


def test_more_samples_than_there_are(release: Path) -> None:
    with pytest.raises(DataError, match=r"9 of 9 .* 8 times\nNext: ask for at most 8"):
        load_training_data(recipe(release, weighting={"samples": 16}))


def test_own_problems_with_own_weights() -> None:
    rows = training_rows(own(question=["a", "b"]), weight_column="trust")
    assert rows["trust"][:] == [0.25, 1.0]
    assert rows["problem_id"][:] == ["row-0", "row-1"]
    assert rows["problem"][:] == OWN["problem"]
    renamed = training_rows(
        own(question=["a", "b"]), weight_column="trust", problem_column="question"
    )
    assert [turn["content"] for turn in renamed[1]["prompt"]][1] == "b"


def test_own_prompt(tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    path.write_text("Be brief.\n<!-- user -->\nQ: {{ problem }}\n")
    rows = training_rows(own(), weight_column="trust", prompt=str(path))
    assert [turn["content"] for turn in rows[0]["prompt"]] == ["Be brief.", "Q: What is 1 + 1?"]
    with pytest.raises(ConfigError, match="cannot read prompt 'nothing'"):
        training_rows(own(), weight_column="trust", prompt="nothing")


def test_weights_may_be_missing_where_they_are_not_read(release: Path) -> None:
    assert "w_se" not in training_rows(own(), weights_needed=False).column_names
    methods = {"uopd": True, "sampler": True, "binary": True, "opd": False, "grpo": False}
    for method, needed in methods.items():
        wanted = recipe(release, method=method, weighting={"column": "mine"})
        if needed:
            with pytest.raises(DataError, match="the weight column 'mine' is not there"):
                load_training_data(wanted)
        else:
            assert "mine" not in load_training_data(wanted).rows.column_names
    nats = {"column": "mine", "tau_unit": "nats"}
    assert load_training_data(recipe(release, method="binary", weighting=nats)).rows


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "'w_se' is not there; columns with numbers: trust\nNext: .*sure-math annotate"),
        ({"w_se": ["a", "b"]}, "'w_se' holds no numbers; columns with numbers: trust"),
        ({"w_se": [0.5, math.nan]}, r"1 of 2 weights in 'w_se' are no number in \[0, 1\]: row-1"),
        ({"w_se": [None, 0.5]}, r"1 of 2 weights .*: row-0 \(None\)"),
        ({"w_se": [-0.01, 1.01]}, r"2 of 2 weights .*: row-0 \(-0.01\), row-1 \(1.01\)"),
        ({"w_se": [0.5, math.inf]}, r"1 of 2 weights .*: row-1 \(inf\)"),
        ({"w_se": [1, 1], "problem": ["What?", ""]}, "1 of 2 problems are empty: row-1"),
        ({"w_se": [1, 1], "problem": [None, "What?"]}, "1 of 2 problems are empty: row-0"),
    ],
)
def test_rows_that_cannot_be_trained_on(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        training_rows(own(**wrong))


def test_weights_a_rounding_error_outside_are_clipped() -> None:
    rows = training_rows(own(w_se=[-1e-12, 1 + 1e-12]))
    assert rows["w_se"][:] == [0.0, 1.0]


def test_many_wrong_rows_are_counted() -> None:
    many = datasets.Dataset.from_dict({"problem": ["q"] * 20, "w_se": [2.0] * 20})
    with pytest.raises(DataError, match=r"20 of 20 weights .* row-4 \(2.0\) and 15 more"):
        training_rows(many)


def test_one_split_with_problems_is_asked_for(release: Path) -> None:
    both = sure_math.load_dataset(str(release))
    with pytest.raises(DataError, match='not a DatasetDict\nNext: load it with split="train"'):
        training_rows(both)
    stream = sure_math.load_dataset(str(release), split="train", streaming=True)
    with pytest.raises(DataError, match="not a IterableDataset"):
        training_rows(stream)
    with pytest.raises(DataError, match="no column 'task'; columns are problem, trust"):
        training_rows(own(), problem_column="task")
    with pytest.raises(DataError, match="column 'trust' holds no text"):
        training_rows(own(), problem_column="trust")


def test_a_folder_has_no_revision(release: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"revision v2\.0\.0.*a folder, which has no revisions"):
        load_training_data(recipe(release, dataset={"revision": "v2.0.0"}))
    with pytest.raises(DataError, match=r"there is no folder .*nowhere"):
        load_training_data(recipe(tmp_path / "nowhere"))


_LOAD = """
import json, sys
from dataclasses import asdict
from sure_math.errors import DataError
from sure_math.train.rows import load_training_data
from tests.train.recipes import recipe
for line in sys.stdin:
    name, sections = json.loads(line)
    try:
        data = load_training_data(recipe(name, **sections))
        print(json.dumps([asdict(data.identity), data.rows["w_se"][:], data.annotation is None]))
    except DataError as error:
        print(json.dumps(str(error)))
"""


def test_a_hub_at_a_revision(release: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(release, changed)
    (changed / "notes.txt").write_text("A second commit.\n")
    (changed / "provenance.json").unlink()
    calls = (
        {"dataset": {"revision": "v1.0.0"}, "weighting": {"samples": 8}},
        {},
        {"dataset": {"revision": "v9.9.9"}},
        {"dataset": {"config": "nc"}},
    )
    with LocalHub() as hub:
        first = hub.add("own/sums", release, tags=("v1.0.0",))
        second = hub.add("own/sums", changed)
        done = subprocess.run(
            [sys.executable, "-c", _LOAD],
            env=hub.environment(tmp_path / "home"),
            input="\n".join(json.dumps(["own/sums", sections]) for sections in calls),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    tagged, newest, absent, config = map(json.loads, done.stdout.splitlines())
    data = load_training_data(recipe(release))
    for (identity, weights, unknown), commit in ((tagged, first), (newest, second)):
        assert (identity["name"], identity["commit"]) == ("own/sums", commit)
        assert identity["sha256"] == data.identity.sha256
        assert weights == pytest.approx(data.rows["w_se"][:], abs=1e-9)
        assert unknown == (commit == second)
    assert re.search(r"cannot load own/sums .*v9\.9\.9", absent)
    assert re.search(r"cannot load own/sums \(config nc", config)
