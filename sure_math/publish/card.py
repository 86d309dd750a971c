"""The data card: YAML that `datasets` reads, and a page generated from what really happened."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import yaml
from jinja2 import Environment, StrictUndefined

from sure_math import __version__, schemas
from sure_math.config import Recipe
from sure_math.publish.tables import ReleaseFile, entropy_quantiles
from sure_math.resources import resource
from sure_math.runtime.ids import stable_hash
from sure_math.seeds.cards import SourceCard

TABLES = {"default": schemas.RELEASE, "responses": schemas.RELEASE_RESPONSES}
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M"))
_LARGEST = "1M<n<10M"


def front_matter(
    recipe: Recipe,
    files: Sequence[ReleaseFile],
    licenses: Sequence[str],
    features: Mapping[str, Any],
) -> dict[str, Any]:
    """The YAML block.

    Version and content digest stand in every configuration, because the cache of `datasets` keys
    a local folder by its YAML: without them a changed file would silently load as the old one.
    """
    rows = sum(file.rows for file in files if file.config == "default")
    size = next((name for limit, name in _SIZES if rows < limit), _LARGEST)
    head: dict[str, Any] = {
        "pretty_name": recipe.publish.pretty_name,
        "language": ["en"],
        **_license(licenses),
        "task_categories": ["text-generation", "question-answering"],
        "tags": ["mathematics", "reasoning", "semantic-entropy", "distillation", "uncertainty"],
        "size_categories": [size],
        "configs": [],
        "dataset_info": [],
    }
    for config in TABLES:
        mine = [file for file in files if file.config == config]
        splits = sorted({file.split for file in mine}, key=("train", "test").index)
        head["configs"].append(
            {
                "config_name": config,
                **({"default": True} if config == "default" else {}),
                "version": recipe.publish.version,
                "description": f"content {stable_hash([file.sha256 for file in mine], size=8)}",
                "data_files": [
                    {"split": split, "path": [f.path for f in mine if f.split == split]}
                    for split in splits
                ],
            }
        )
        head["dataset_info"].append(
            {
                "config_name": config,
                "features": features[config],
                "splits": [
                    {
                        "name": split,
                        "num_bytes": sum(f.bytes for f in mine if f.split == split),
                        "num_examples": sum(f.rows for f in mine if f.split == split),
                    }
                    for split in splits
                ],
                "download_size": sum(file.bytes for file in mine),
                "dataset_size": sum(file.bytes for file in mine),
            }
        )
    return head


def _license(licenses: Sequence[str]) -> dict[str, str]:
    if len(licenses) == 1:
        return {"license": licenses[0].lower()}
    return {"license": "other", "license_name": "per-row", "license_link": "LICENSE"}


def render_card(
    head: Mapping[str, Any],
    folder: str,
    recipe: Recipe,
    problems: pl.DataFrame,
    stages: Sequence[Mapping[str, Any]],
    sources: Mapping[str, SourceCard | None],
    blocked: Sequence[tuple[str, int]],
    judge_controls: str | None,
) -> str:
    """The whole README.md of a release in a folder of that name."""
    environment = Environment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["cell"] = _cell
    template = environment.from_string(
        resource("data_cards", "release.md.jinja").read_text(encoding="utf-8")
    )
    counts = problems.group_by("tier", "split").len().sort("tier", "split")
    by_source = problems.group_by("source", "license").len().sort("source", "license")
    return template.render(
        yaml=yaml.safe_dump(dict(head), sort_keys=False, allow_unicode=True, width=1000).strip(),
        folder=folder,
        recipe=recipe,
        toolkit=__version__,
        counts=counts.to_dicts(),
        total=problems.height,
        quantiles=entropy_quantiles(problems),
        unanimous=problems.filter(pl.col("semantic_entropy") < 1e-9).height / problems.height,
        models={
            role: sorted(name for name in problems[role].unique() if name)
            for role in ("teacher", "judge", "evolver")
        },
        by_source=[{**row, "card": sources.get(row["source"])} for row in by_source.to_dicts()],
        evaluation_sets=[item.name for item in recipe.decontaminate.evaluation_sets],
        blocked=blocked,
        judge_controls=judge_controls,
        stages=stages,
        tables={name: table.describe() for name, table in TABLES.items()},
    )


def _cell(value: object) -> str:
    """Text that cannot break a Markdown table."""
    text = str(value).replace("\\", "\\\\").replace("|", "\\|")
    return " ".join(text.split())
