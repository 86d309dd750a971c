"""The data card: a page generated from what really happened.

Settings come from what the stages recorded, counts from the tables. Everything that data can
decide is escaped; a value the template lacks is an error, never a gap.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl
import yaml
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from sure_math.config import TIERS, Recipe
from sure_math.prompts import load_prompt
from sure_math.publish.card_text import FILTERS
from sure_math.publish.licenses import conditions
from sure_math.publish.manifest import Version
from sure_math.publish.markdown import escape, link, literal
from sure_math.publish.pictures import LABELLED, Picture
from sure_math.publish.recorded import shipped_prompts
from sure_math.publish.spread import spread
from sure_math.publish.tables import SPLITS, configs
from sure_math.resources import resource

_SECTIONS = {"sample": "sample", "cluster": "cluster", "answers": "answers", "weight": "weight",
             "evolve": "evolve", "decontaminate": "decontaminate"}  # fmt: skip
"""Sections of the recipe and the stages that record them."""


def render_card(
    head: Mapping[str, Any],
    name: str,
    recipe: Recipe,
    problems: pl.DataFrame,
    facts: Mapping[str, Any],
    history: Sequence[Version],
    pictures: Mapping[str, Picture],
    warnings: Sequence[str],
) -> str:
    """The whole README.md of a release.

    Args:
        head: the front matter.
        name: what `load_dataset` takes, `sure-math` or `owner/name`.
        problems: the rows of all configurations, with the name of theirs in a column `config`.
        facts: what `provenance` says of them.
        history: this version, then those before it.
        pictures: by name, as `draw_pictures` returns them.
        warnings: lines for the top of the page.
    """
    names = [each for each in recipe.publish.licenses if each in facts["licenses"]]
    return _template().render(
        yaml=_front_matter(head),
        title=recipe.publish.pretty_name,
        publish=recipe.publish,
        toy_teacher=any(_is_toy(each) for each in facts["models"]),
        facts=facts,
        history=history,
        pictures=pictures,
        accuracy_from=LABELLED,
        warnings=warnings,
        configs=names,
        responses={each: configs(each)[1].name for each in names},
        conditions={
            each: [Markup(line) for line in conditions(map(escape, facts["licenses"][each]))]
            for each in names
        },
        prompt=_shipped_prompt(facts),
        tables=[(config.name, config.table.describe()) for config in configs(names[0])],
        **_loading(head, name, history[0].version, names[0]),
        **_settings(recipe, facts),
        **_counts(problems, facts, head, names),
    )


def _front_matter(head: Mapping[str, Any]) -> Markup:
    text = yaml.safe_dump(dict(head), sort_keys=False, allow_unicode=True, width=1000)
    return Markup(text.strip())


def _loading(head: Mapping[str, Any], name: str, version: str, first: str) -> dict[str, Any]:
    """What to type for this release under its own name."""
    hub = "/" in name
    files = head["configs"][0]["data_files"]
    folder = f"hf://datasets/{name}@v{version}" if hub else name

    def arguments(config: str) -> Markup:
        given = [literal(name)]
        given += [literal(config)] if config != "default" else []
        given += [Markup(f'revision="v{version}"')] if hub else []
        return Markup(", ").join(given)

    return {
        "hub": hub,
        "name": name,
        "load": arguments(first),
        "arguments": arguments,
        "split": files[0]["split"],
        "every_file": literal(f"{folder}/{configs(first)[0].folder}/*.parquet"),
        "first_file": literal(f"{folder}/{files[0]['path'][0]}"),
    }


def _shipped_prompt(facts: Mapping[str, Any]) -> Markup | None:
    """What the teacher was told, if it is a prompt that everybody has; one's own stays private."""
    shas = [each["hash"] for each in facts["prompts"] if each["role"] == "teacher"]
    names = [shipped_prompts()[sha] for sha in shas if sha in shipped_prompts()]
    text = load_prompt(names[0]).text.strip() if names else ""
    return Markup(text) if text and "```" not in text else None


def _settings(recipe: Recipe, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Sections of the recipe as the stages recorded them."""
    recorded = {stage: each["settings"] for stage, each in facts["stages"].items()}
    sections = {
        section: getattr(recipe, section).content() | recorded[stage]
        for section, stage in _SECTIONS.items()
    }
    asked = [each["calls"] + each["reused"] for each in facts["judge"]["stages"].values()]
    return {
        **sections,
        "votes": recorded["evolve"].get("validity", {}).get("votes", 0),
        "seed": recorded["sample"].get("seed", recipe.seed),
        "sameness": bool({"seeds", "decontaminate"} & facts["judge"]["stages"].keys()),
        "asked": any(asked),
        "benchmarks": [each["name"] for each in recorded["evaluation"].get("sets", [])],
    }


def _counts(
    problems: pl.DataFrame,
    facts: Mapping[str, Any],
    head: Mapping[str, Any],
    names: Sequence[str],
) -> dict[str, Any]:
    keys = ("config", "tier", "split")
    columns = (pl.len(), pl.col("strategy").count().alias("evolved"), pl.col("answer").count())

    def place(row: Mapping[str, Any]) -> tuple[int, int, int]:
        return (
            names.index(row["config"]), TIERS.index(row["tier"]), SPLITS.index(row["split"])
        )  # fmt: skip

    splits = dict(problems["split"].value_counts().iter_rows())
    listed = [each for each in head["dataset_info"] if each["config_name"] in names]
    others = [each for each in head["dataset_info"] if each["config_name"] not in names]
    return {
        "total": problems.height,
        "labelled": problems["answer"].count(),
        "counts": sorted(problems.group_by(keys).agg(columns).to_dicts(), key=place),
        "sizes": {
            "problems": {split: splits[split] for split in SPLITS if split in splits},
            "responses": sum(part["num_examples"] for each in others for part in each["splits"]),
            "bytes": sum(each["download_size"] for each in (*listed, *others)),
        },
        "said": {
            "answered": int(problems["n_answered"].cast(pl.Int64).sum()),
            "truncated": int(problems["n_truncated"].cast(pl.Int64).sum()),
        },
        "modes": sorted(problems["logprobs_mode"].unique()),
        "spread": spread(problems),
        "flags": _flags(facts["flags"]),
    }


def _flags(counts: Mapping[str, int]) -> list[tuple[str, int, str]]:
    """Flags that occur, how often, and what they mean."""
    text = resource("data_cards", "flags.yaml").read_text(encoding="utf-8")
    meanings: dict[str, str] = yaml.safe_load(text)
    return [(flag, count, meanings[flag]) for flag, count in counts.items()]


def _is_toy(model: Mapping[str, Any]) -> bool:
    return model["role"] == "teacher" and str(model["model"]).startswith("builtin/")


@cache
def _template() -> Template:
    environment = Environment(
        undefined=StrictUndefined,
        autoescape=False,
        finalize=escape,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= FILTERS
    environment.globals["link"] = link
    text = resource("data_cards", "release.md.jinja").read_text(encoding="utf-8")
    return environment.from_string(text)
