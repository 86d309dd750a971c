"""The YAML block of the data card, which `datasets` and a hub read."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sure_math.config import PublishConfig
from sure_math.publish.licenses import normal
from sure_math.publish.manifest import ReleaseFile
from sure_math.publish.markdown import one_line
from sure_math.publish.tables import SPLITS
from sure_math.runtime.ids import stable_hash

_SIZES = (
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"), (10**8, "10M<n<100M"),
)  # fmt: skip
_LARGEST = "100M<n<1B"
_TAGS = ("mathematics", "reasoning", "semantic-entropy", "distillation", "uncertainty")
_SLUG = re.compile(r"[^a-z0-9.]+")
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
HUB_LICENSES = frozenset(
    {"apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "gpl-3.0", "odbl", "odc-by", "pddl",
     "cc0-1.0", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nd-4.0",
     "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0",
     "unknown"}
)  # fmt: skip
"""Licence identifiers that a hub accepts; any other is `other` with a name."""


def front_matter(
    publish: PublishConfig,
    files: Sequence[ReleaseFile],
    facts: Mapping[str, Any],
    features: Mapping[str, Any],
) -> dict[str, Any]:
    """The YAML block of these files.

    Version and content digest stand in every configuration, because the cache of `datasets` keys
    a local folder by its YAML: without them a changed file would silently load as the old one.

    Args:
        facts: what `provenance` says of the rows.
        features: of every configuration, as `datasets` writes them.
    """
    rows = sum(file.rows for file in files if file.config in facts["licenses"])
    evolved = facts["evolution"]["problems"]
    head: dict[str, Any] = {
        "pretty_name": one_line(publish.pretty_name),
        "language": ["en"],
        **_license([name for counts in facts["licenses"].values() for name in counts]),
        "task_categories": ["text-generation", "question-answering"],
        "tags": [*_TAGS, *(["synthetic"] if evolved else [])],
        "size_categories": [next((name for limit, name in _SIZES if rows < limit), _LARGEST)],
        "annotations_creators": ["machine-generated"],
        "language_creators": _creators(evolved, rows),
        "source_datasets": _sources(facts),
        "configs": [],
        "dataset_info": [],
    }
    for config in dict.fromkeys(file.config for file in files):
        mine = [file for file in files if file.config == config]
        head["configs"].append(_config(config, mine, publish.version))
        head["dataset_info"].append(_info(config, mine, features[config]))
    return head


def _creators(evolved: int, rows: int) -> list[str]:
    """Who wrote the problems: a model, or people whose texts were found; responses are a model's
    in any case."""
    return ["machine-generated"] if evolved == rows else ["machine-generated", "found"]


def _sources(facts: Mapping[str, Any]) -> list[str]:
    """The datasets of a hub that roots come from; `original` for what comes from elsewhere."""
    on_hub = {
        source["dataset"]
        for source in facts["sources"]
        if source["link"] and _HUB_ID.fullmatch(source["dataset"])
    }
    elsewhere = any(source["dataset"] not in on_hub for source in facts["sources"])
    return [*(["original"] if elsewhere else []), *sorted(on_hub)]


def _license(licenses: Sequence[str]) -> dict[str, str]:
    found = sorted({normal(license_id) for license_id in licenses})
    if len(found) == 1 and found[0] in HUB_LICENSES:
        return {"license": found[0]}
    name = _SLUG.sub("-", found[0]).strip("-") if len(found) == 1 else "per-row"
    return {"license": "other", "license_name": name or "own", "license_link": "LICENSE"}


def _splits(files: Sequence[ReleaseFile]) -> list[str]:
    return [split for split in SPLITS if any(file.split == split for file in files)]


def _config(name: str, files: Sequence[ReleaseFile], version: str) -> dict[str, Any]:
    return {
        "config_name": name,
        **({"default": True} if name == "default" else {}),
        "version": version,
        "description": f"content {stable_hash([file.sha256 for file in files], size=8)}",
        "data_files": [
            {"split": split, "path": [file.path for file in files if file.split == split]}
            for split in _splits(files)
        ],
    }


def _info(name: str, files: Sequence[ReleaseFile], features: Any) -> dict[str, Any]:
    size = sum(file.bytes for file in files)
    return {
        "config_name": name,
        "features": features,
        "splits": [
            {
                "name": split,
                "num_bytes": sum(file.bytes for file in files if file.split == split),
                "num_examples": sum(file.rows for file in files if file.split == split),
            }
            for split in _splits(files)
        ],
        "download_size": size,
        "dataset_size": size,
    }
