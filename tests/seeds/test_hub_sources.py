"""Every public source read from a hub: real clients in a subprocess, a real server beside it."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from sure_math.config import SourceConfig
from sure_math.seeds.adapters import ADAPTERS
from sure_math.seeds.read import read
from tests.hub import Fault, LocalHub
from tests.seeds.layouts import WRITERS, write_jsonl, write_parquet

_READ = """
import json, sys
from dataclasses import asdict
from sure_math.config import SourceConfig
from sure_math.errors import DataError
from sure_math.seeds.read import read
for line in sys.stdin:
    try:
        found = [asdict(row) for row in read(SourceConfig(**json.loads(line)), 1, min_length=10)]
    except DataError as error:
        found = str(error)
    print(json.dumps(found), flush=True)
print(json.dumps("PIL" in sys.modules))
"""


def _splits(folder: str, *splits: str) -> list[dict[str, str]]:
    return [{"split": split, "path": f"{folder}/{split}-*"} for split in splits]


def _features(**types: str) -> list[dict[str, str]]:
    return [{"name": name, "dtype": dtype} for name, dtype in types.items()]


OLYMPIAD_FEATURES = [
    *_features(id="int64", question="string", context="string", image_1="image"),
    *({"name": name, "list": "string"} for name in ("solution", "final_answer")),
    *_features(is_multiple_answer="bool", subfield="string"),
]
CARDS: Mapping[str, dict[str, Any]] = {
    "numina_math_cot": {
        "configs": [{"config_name": "default", "data_files": _splits("data", "train", "test")}]
    },
    "math": {
        "configs": [
            {"config_name": name, "data_files": _splits(str(name), "train")}
            for name in ADAPTERS["math"].configs
        ]
    },
    "olympiadbench": {
        "configs": [
            {"config_name": name, "data_files": [{"split": "train", "path": f"{name}/{name}.*"}]}
            for name in ("OE_TO_maths_en_COMP", "TP_TO_maths_en_COMP")
        ],
        "dataset_info": [
            {"config_name": name, "features": OLYMPIAD_FEATURES}
            for name in ("OE_TO_maths_en_COMP", "TP_TO_maths_en_COMP")
        ],
    },
    "aime_2025_math_ai": {
        "dataset_info": {"features": _features(problem="string", answer="string", id="string")}
    },
    "gsm8k": {"configs": [{"config_name": "main", "data_files": _splits("main", "train", "test")}]},
}
"""What the front matter of the real repositories says, as far as it decides what is read."""


@dataclass(frozen=True)
class Read:
    """One batch of sources read from a hub."""

    rows: dict[str, Any]
    pictures: bool
    """Whether the library that decodes images was loaded."""
    stderr: str


def read_all(environment: dict[str, str], sources: Mapping[str, dict[str, Any]]) -> Read:
    """The rows of the sources, or the error each one gave."""
    lines = [json.dumps({"name": "s", "tier": "hard", **options}) for options in sources.values()]
    done = subprocess.run(
        [sys.executable, "-c", _READ],
        env=environment,
        input="\n".join(lines),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    *found, pictures = map(json.loads, done.stdout.splitlines())
    return Read(dict(zip(sources, found, strict=True)), pictures, done.stderr)


def write_source(adapter: str, folder: Path) -> Path:
    """A repository in the layout of a public source, its card included."""
    WRITERS[adapter](folder)
    if adapter in CARDS:
        (folder / "README.md").write_text(f"---\n{yaml.safe_dump(CARDS[adapter])}---\n# Own rows\n")
    return folder


# --- every adapter --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalHub, Path]]:
    """All sources. The pinned ones have a newer commit, which nobody may read."""
    folder = tmp_path_factory.mktemp("hub")
    newer = write_jsonl(folder / "newer" / "train.jsonl", [{"problem": "Of another commit."}])
    with LocalHub() as hub:
        for adapter in WRITERS:
            described = ADAPTERS[adapter]
            place = write_source(adapter, folder / adapter)
            hub.add(described.dataset, place, described.revision)
            if described.revision:
                hub.add(described.dataset, newer.parent)
        yield hub, folder


@pytest.fixture(scope="module")
def everything(served: tuple[LocalHub, Path]) -> tuple[Read, dict[str, set[str]]]:
    """What all sources gave, and the revisions that were asked for on the way."""
    hub, folder = served
    sources = {adapter: {"adapter": adapter} for adapter in WRITERS}
    found = read_all(hub.environment(folder / "home"), sources)
    return found, {adapter: hub.revisions(ADAPTERS[adapter].dataset) for adapter in WRITERS}


@pytest.mark.parametrize("adapter", WRITERS)
def test_a_source_gives_the_same_rows_from_the_hub_as_from_a_folder(
    adapter: str,
    served: tuple[LocalHub, Path],
    everything: tuple[Read, dict[str, set[str]]],
) -> None:
    _, folder = served
    found, asked = everything
    (commit,) = asked[adapter]
    assert ADAPTERS[adapter].revision in (None, commit)
    source = SourceConfig(name="s", adapter=adapter, path=str(folder / adapter), tier="hard")
    expected = [json.loads(json.dumps(asdict(row))) for row in read(source, 1, min_length=10)]
    for row in expected:
        if "revision" in row:  # a seed; a reject names none
            row["revision"] = commit
    assert found.rows[adapter] == expected != []


def test_streamed_sources_are_not_stored(
    served: tuple[LocalHub, Path], everything: tuple[Read, dict[str, set[str]]]
) -> None:
    _, folder = served
    stored = {path.name for path in (folder / "home" / "datasets").rglob("*.arrow")}
    assert "aime_2024-train.arrow" in stored
    for adapter in ("scalequest", "numina_math_cot"):
        owner, name = ADAPTERS[adapter].dataset.split("/")
        assert not list((folder / "home" / "datasets").glob(f"{owner}___*"))
        kept = (folder / "home" / "hub" / f"datasets--{owner}--{name}").glob("snapshots/*/**/*")
        assert {path.name for path in kept if path.is_file()} <= {"README.md"}


def test_images_are_never_decoded(everything: tuple[Read, dict[str, set[str]]]) -> None:
    """The pictures of the rows are no pictures: decoding them would have failed."""
    found, _ = everything
    assert len(found.rows["olympiadbench"]) == 3
    assert not found.pictures


def test_other_configs_splits_and_revisions(served: tuple[LocalHub, Path], tmp_path: Path) -> None:
    hub, _ = served
    image = {"bytes": b"not an image", "path": "x.png"}
    old = {"q": "The older wording?", "image": image}
    place = write_parquet(tmp_path / "a" / "train.parquet", [old]).parent
    head = yaml.safe_dump({"dataset_info": {"features": _features(q="string", image="image")}})
    (place / "README.md").write_text(f"---\n{head}---\n")
    first = hub.add("own/pictures", place, tags=("v1",))
    place = write_jsonl(tmp_path / "b" / "train.jsonl", [{"q": "The newer wording?"}]).parent
    newest = hub.add("own/pictures", place)
    table = {"adapter": "table", "dataset": "own/pictures", "problem_column": "q"}
    read = read_all(
        hub.environment(tmp_path / "home"),
        {
            "proofs": {"adapter": "olympiadbench", "config": "TP_TO_maths_en_COMP"},
            "test": {"adapter": "gsm8k", "split": "test"},
            "capped": {"adapter": "scalequest", "cap": 4},
            "tag": {**table, "revision": "v1"},
            "newest": table,
        },
    )
    assert [row["flags"] for row in read.rows["proofs"]] == [["proof"]]
    assert read.rows["test"][0]["flags"] == ["eval_source"]
    assert len(read.rows["capped"]) == 4
    wordings = [(r["revision"], r["problem"]) for r in read.rows["tag"] + read.rows["newest"]]
    assert wordings == [(first, "The older wording?"), (newest, "The newer wording?")]
    assert not read.pictures


# --- errors ---------------------------------------------------------------------------------------

HINT = "Next: check the id, config and split and your connection (HF_HUB_OFFLINE, HF_TOKEN)"
NOWHERE = {"adapter": "table", "dataset": "nobody/nothing"}
MATH_500 = "cannot read HuggingFaceH4/MATH-500"


@pytest.fixture(scope="module")
def refused(served: tuple[LocalHub, Path], tmp_path_factory: pytest.TempPathFactory) -> Read:
    hub, folder = served
    hub.add("own/secret", folder / "math_500", private=True)
    home = tmp_path_factory.mktemp("home")
    math_500 = {"adapter": "math_500"}
    return read_all(
        hub.environment(home),
        {
            "unknown": NOWHERE,
            "no config": {"adapter": "table", "dataset": "EleutherAI/hendrycks_math",
                          "revision": ADAPTERS["math"].revision},
            "config": {"adapter": "gsm8k", "config": "antique"},
            "split": {**math_500, "split": "train"},
            "split of a stream": {"adapter": "scalequest", "split": "test"},
            "tag": {**math_500, "revision": "v9"},
            "commit": {**math_500, "revision": "0" * 40},
            "column": {"adapter": "table", "dataset": "openai/gsm8k", "config": "main",
                       "revision": ADAPTERS["gsm8k"].revision, "problem_column": "task"},
            "private": {"adapter": "table", "dataset": "own/secret", "split": "test"},
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("unknown", ("cannot read nobody/nothing", "Repository Not Found")),
        ("no config", ("EleutherAI/hendrycks_math", "algebra", "precalculus")),
        ("config", ("openai/gsm8k (config antique, split train", "['main']")),
        ("split", (f"{MATH_500} (split train", "['test']")),
        ("split of a stream", ("dyyyyyyyy/ScaleQuest-Math (split test", "['train']")),
        ("tag", (f"{MATH_500} (revision v9", "Revision Not Found")),
        ("commit", (f"{MATH_500} (split test, revision 0000", "Revision Not Found")),
        ("column", ("openai/gsm8k (config main", "('task',)", "['question', 'answer']")),
        ("private", ("cannot read own/secret", "make sure you are authenticated", "HF_TOKEN")),
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_it(
    case: str, said: tuple[str, ...], refused: Read
) -> None:
    message = refused.rows[case]
    assert isinstance(message, str)
    assert message.startswith("source s: cannot read")
    assert HINT in message
    for words in said:
        assert words in message


def test_a_token_opens_a_private_dataset(served: tuple[LocalHub, Path], tmp_path: Path) -> None:
    hub, folder = served
    hub.add("own/locked", folder / "math_500", private=True)
    sources = {"locked": {"adapter": "table", "dataset": "own/locked", "split": "test"}}
    found = read_all(hub.environment(tmp_path, HF_TOKEN=hub.token), sources)
    assert [row["problem"] for row in found.rows["locked"]] == ["An own problem, is it?"]
    wrong = read_all(hub.environment(tmp_path, HF_TOKEN="hf_wrong"), sources)
    assert "Invalid credentials" in wrong.rows["locked"]


THREE = {name: {"adapter": name} for name in ("gsm8k", "math_500", "numina_math_cot")}
"""Pinned and stored, not pinned, pinned and streamed."""


def expect_refusals(found: Read, said: str) -> None:
    for adapter, message in found.rows.items():
        assert message.startswith(f"source s: cannot read {ADAPTERS[adapter].dataset}")
        assert said in message
        assert HINT in message
    assert "Retrying" not in found.stderr


@pytest.mark.parametrize(
    ("variables", "said"),
    [({}, "Connection refused"), ({"HF_HUB_OFFLINE": "1"}, "offline mode is enabled")],
)
def test_a_hub_out_of_reach_is_an_error_at_once(
    variables: dict[str, str], said: str, tmp_path: Path
) -> None:
    with LocalHub() as hub:
        environment = hub.environment(tmp_path, **variables)
    expect_refusals(read_all(environment, THREE), said)
    assert not hub.requests


@pytest.mark.parametrize(
    ("fault", "said"), [(503, "503 Service Unavailable"), ("drop", "Server disconnected")]
)
def test_a_hub_in_trouble_is_an_error_at_once(fault: Fault, said: str, tmp_path: Path) -> None:
    with LocalHub(fault=lambda method, path: fault) as hub:
        expect_refusals(read_all(hub.environment(tmp_path), THREE), said)
        assert len(hub.requests) == len(THREE)


def test_offline_only_the_commit_asked_for_is_read_from_the_cache(tmp_path: Path) -> None:
    dataset = ADAPTERS["math_500"].dataset
    with LocalHub() as hub:
        older = hub.add(dataset, write_source("math_500", tmp_path / "older"))
        row = {"problem": "Of a newer commit?", "answer": "1"}
        newer = hub.add(dataset, write_jsonl(tmp_path / "newer" / "test.jsonl", [row]).parent)
        environment = hub.environment(tmp_path / "home")
        sources = {c: {"adapter": "math_500", "revision": c} for c in (older, newer)}
        online = read_all(environment, sources).rows
    offline = read_all({**environment, "HF_HUB_OFFLINE": "1"}, sources).rows
    assert [row["problem"] for row in online[older]] == ["An own problem, is it?"]
    assert offline[newer] == online[newer]
    assert f"revision {older}" in offline[older]
    assert f"the local copy is of commit {newer}" in offline[older]


# --- the command line -----------------------------------------------------------------------------


def start_seeds(
    folder: Path, environment: dict[str, str], sources: dict[str, Any], **sections: Any
) -> "subprocess.Popen[str]":
    """`sure-math seeds` in `folder`, on a recipe with these sources."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = [{"name": name, "tier": "easy", **options} for name, options in sources.items()]
    allowed = {"licenses": {"default": ["mit", "apache-2.0", "unknown"]}}
    recipe = {"name": "mine", "seeds": {"sources": listed}, "publish": allowed, **sections}
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe))
    return subprocess.Popen(
        [sys.executable, "-m", "sure_math.cli", "seeds", "recipe.yaml"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_seeds_and_benchmarks_come_from_the_hub(
    served: tuple[LocalHub, Path], tmp_path: Path
) -> None:
    hub, _ = served
    process = start_seeds(
        tmp_path,
        hub.environment(tmp_path / "home"),
        {"school": {"adapter": "gsm8k"}, "many": {"adapter": "scalequest", "cap": 3}},
        decontaminate={"evaluation_sets": [{"name": "five", "adapter": "gsm8k", "split": "test"}]},
    )
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0, out
    seeds = pq.ParquetDataset(sorted((tmp_path / "runs/mine/seeds").glob("*.parquet"))).read()
    commits = {r["source"]: r["source_revision"] for r in seeds.to_pylist()}
    assert seeds.num_rows == 3  # both rows of `school` stand in the test split as well
    assert commits == {"many": next(iter(hub.revisions("dyyyyyyyy/ScaleQuest-Math")))}


def test_the_command_line_stops_at_the_first_source_it_cannot_read(
    served: tuple[LocalHub, Path], tmp_path: Path
) -> None:
    hub, _ = served
    good = {"adapter": "aime_2024"}
    bad: dict[str, dict[str, Any]] = {
        "unknown": NOWHERE,
        "config": {"adapter": "gsm8k", "config": "antique"},
        "hidden": {"adapter": "gsm8k"},
    }
    (tmp_path / "hidden" / "openai" / "gsm8k").mkdir(parents=True)
    running = {
        case: start_seeds(
            tmp_path / case, hub.environment(tmp_path / "home"), {"good": good, case: options}
        )
        for case, options in bad.items()
    }
    said = {case: process.communicate(timeout=300)[0] for case, process in running.items()}
    for case, process in running.items():
        assert process.returncode == 1, said[case]
        assert f"error: source {case}: " in said[case]
        assert "Next: " in said[case]
        assert "Traceback" not in said[case]
        assert not list((tmp_path / case / "runs/mine/seeds").glob("*.parquet"))
    assert "the folder openai/gsm8k in the current directory hides" in said["hidden"]
