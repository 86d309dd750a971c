"""The data card: a page generated from what really happened."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import yaml
from jinja2 import Environment, StrictUndefined, Template

from sure_math.config import Recipe
from sure_math.publish.licenses import conditions
from sure_math.publish.tables import SPLITS, configs, entropy_quantiles
from sure_math.resources import resource


def render_card(
    head: Mapping[str, Any],
    folder: str,
    recipe: Recipe,
    problems: pl.DataFrame,
    facts: Mapping[str, Any],
    stages: Sequence[Mapping[str, Any]],
    warnings: Sequence[str],
) -> str:
    """The whole README.md of a release in a folder of that name.

    Args:
        problems: the rows of all configurations, with the name of theirs in a column `config`.
        facts: what `provenance` says of them.
        warnings: lines for the top of the page.
    """
    names = [name for name in recipe.publish.licenses if name in facts["licenses"]]
    keys = ("config", "tier", "split")
    columns = (pl.len(), pl.col("strategy").count().alias("evolved"), pl.col("answer").count())
    counts = problems.group_by(keys).agg(columns).sort(keys)
    return _template().render(
        yaml=yaml.safe_dump(dict(head), sort_keys=False, allow_unicode=True, width=1000).strip(),
        folder=folder,
        recipe=recipe,
        facts=facts,
        warnings=warnings,
        configs=names,
        first=configs(names[0]),
        split=next(split for split in SPLITS if _has(problems, names[0], split)),
        responses={name: configs(name)[1].name for name in names},
        conditions={name: conditions(facts["licenses"][name]) for name in names},
        counts=counts.to_dicts(),
        total=problems.height,
        quantiles=entropy_quantiles(problems),
        unanimous=problems.filter(pl.col("semantic_entropy") < 1e-9).height / problems.height,
        flags=_flags(facts["flags"]),
        stages=stages,
        tables=[(config.name, config.table.describe()) for config in configs(names[0])],
    )


def _has(problems: pl.DataFrame, config: str, split: str) -> bool:
    wanted = (pl.col("config") == config) & (pl.col("split") == split)
    return not problems.filter(wanted).is_empty()


def _flags(counts: Mapping[str, int]) -> list[tuple[str, int, str]]:
    """Flags that occur, how often, and what they mean."""
    text = resource("data_cards", "flags.yaml").read_text(encoding="utf-8")
    meanings: dict[str, str] = yaml.safe_load(text)
    return [(flag, count, meanings[flag]) for flag, count in counts.items()]


def _template() -> Template:
    environment = Environment(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _cell
    text = resource("data_cards", "release.md.jinja").read_text(encoding="utf-8")
    return environment.from_string(text)


def _cell(value: object) -> str:
    """Text that cannot break a Markdown table."""
    text = str(value).replace("\\", "\\\\").replace("|", "\\|")
    return " ".join(text.split())
