"""The YAML block of the card, read by the libraries that it is for."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets.info import DatasetInfosDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCard

from sure_math.config import PublishConfig
from sure_math.publish.front_matter import front_matter
from sure_math.publish.hub.features import features_yaml
from sure_math.publish.manifest import ReleaseFile
from sure_math.publish.tables import configs

NAME = "SURE-Math: the 'first'\n---\nrelease"
ROWS = {("default", "train"): 900, ("default", "test"): 200, ("responses", "train"): 7200,
        ("responses", "test"): 1600}  # fmt: skip
READS = """
import json
from datasets import load_dataset_builder
found = {}
for config in ("default", "responses"):
    info = load_dataset_builder("sure-math", config).info
    splits = {name: split.num_examples for name, split in info.splits.items()}
    found[config] = [list(info.features), splits, str(info.version)]
print(json.dumps(found))
"""


def files() -> list[ReleaseFile]:
    return [
        ReleaseFile(
            config=config,
            split=split,
            path=f"{'data' if config == 'default' else config}/{split}-00000-of-00001.parquet",
            rows=rows,
            bytes=10 * rows,
            sha256=f"{rows:064x}",
        )
        for (config, split), rows in ROWS.items()
    ]


def facts(
    licenses: tuple[str, ...] = ("mit",), evolved: int = 1100, datasets: tuple[str, ...] = ()
) -> dict[str, Any]:
    sources = [{"dataset": each, "link": "https://hub" if "/" in each else None}
               for each in datasets]  # fmt: skip
    return {
        "licenses": {"default": dict.fromkeys(licenses, 1)},
        "evolution": {"problems": evolved},
        "sources": sources,
    }


def block(*, rows: list[ReleaseFile] | None = None, **given: Any) -> dict[str, Any]:
    features = {each.name: features_yaml(each.table.schema) for each in configs("default")}
    publish = PublishConfig(pretty_name=NAME, version="1.2.3")
    return front_matter(publish, rows or files(), facts(**given), features)


def page(head: dict[str, Any]) -> str:
    text = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{text}---\n\n# A card\n"


def test_the_hub_client_reads_it_and_writes_the_same(tmp_path: Path) -> None:
    head = block()
    card = DatasetCard(page(head))
    assert card.data.to_dict() == head
    assert head["pretty_name"] == "SURE-Math: the 'first' --- release"
    card.save(tmp_path / "README.md")
    assert (tmp_path / "README.md").read_text() == page(head)


def test_datasets_finds_every_configuration_and_column() -> None:
    data = DatasetCard(page(block())).data
    infos = DatasetInfosDict.from_dataset_card_data(data)
    found = {
        (config, name): split.num_examples
        for config, info in infos.items()
        for name, split in info.splits.items()
    }
    assert found == ROWS
    for config in configs("default"):
        names = infos[config.name].features
        assert list(names) == config.table.schema.names
    known = MetadataConfigs.from_dataset_card_data(data)
    assert known.get_default_config_name() == "default"
    assert known["responses"]["version"] == "1.2.3"


def test_no_parquet_file_is_read_for_features_and_sizes(tmp_path: Path) -> None:
    folder = tmp_path / "sure-math"
    for file in files():
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.path).write_bytes(b"no table at all")
    (folder / "README.md").write_text(page(block()))
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf")}
    done = subprocess.run(
        [sys.executable, "-c", READS], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    for config in configs("default"):
        names, splits, version = found[config.name]
        assert names == config.table.schema.names
        assert splits == {split: ROWS[config.name, split] for split in ("train", "test")}
        assert version == "1.2.3"


def test_another_file_changes_the_block() -> None:
    """The cache of `datasets` knows a folder by its YAML."""
    changed = [files()[0].model_copy(update={"sha256": "f" * 64}), *files()[1:]]
    before, after = block()["configs"], block(rows=changed)["configs"]
    assert before[0]["description"] != after[0]["description"]
    assert before[1] == after[1]


@pytest.mark.parametrize(
    ("licenses", "expected"),
    [
        (("MIT",), {"license": "mit"}),
        (("mit", "apache-2.0"), {"license": "other", "license_name": "per-row"}),
        (("My own, 2026",), {"license": "other", "license_name": "my-own-2026"}),
        (("自",), {"license": "other", "license_name": "own"}),
    ],
)
def test_licence(licenses: tuple[str, ...], expected: dict[str, str]) -> None:
    head = block(licenses=licenses)
    found = {key: head[key] for key in ("license", "license_name", "license_link") if key in head}
    assert found == expected | ({"license_link": "LICENSE"} if len(expected) > 1 else {})


@pytest.mark.parametrize(
    ("rows", "size"),
    [(999, "n<1K"), (1000, "1K<n<10K"), (10**6, "1M<n<10M"), (5 * 10**8, "100M<n<1B")],
)
def test_size_counts_problems(rows: int, size: str) -> None:
    one = files()[0].model_copy(update={"rows": rows})
    assert block(rows=[one])["size_categories"] == [size]


def test_where_texts_come_from() -> None:
    head = block(datasets=("AI-MO/NuminaMath-CoT", "own.jsonl", "AI-MO/NuminaMath-CoT"))
    assert head["source_datasets"] == ["original", "AI-MO/NuminaMath-CoT"]
    assert block(datasets=("openai/gsm8k",))["source_datasets"] == ["openai/gsm8k"]
    assert block(evolved=0)["language_creators"] == ["machine-generated", "found"]
    assert "synthetic" not in block(evolved=0)["tags"]
    assert head["language_creators"] == ["machine-generated"]
    assert "synthetic" in head["tags"]
