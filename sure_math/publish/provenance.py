"""What really happened in a run, as plain values: for the data card and for `provenance.json`.

Nothing here comes from the recipe's intentions alone: rows, revisions, models and verdicts are
counted in the tables of the run, settings are those that its shards name.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import polars as pl

from sure_math import __version__
from sure_math.backends import model_name
from sure_math.config import HELD_OUT
from sure_math.judging.controls import ControlReport, read_report
from sure_math.publish import recorded
from sure_math.publish.duties import GENERATING, Duty, duties
from sure_math.publish.lineage import lineage
from sure_math.publish.trust import trust
from sure_math.runtime.run import Run
from sure_math.seeds.cards import source_card
from sure_math.seeds.read import adapter_for

HUB = "https://huggingface.co/datasets"
RULES = ("exact", "text", "judge", "lineage")
"""What can block a problem; `text` stands for every rule that compares texts."""
_WRITERS = ("datasets", "matplotlib", "polars", "pyarrow")


def provenance(run: Run, problems: pl.DataFrame, verdicts: pl.DataFrame) -> dict[str, Any]:
    """Everything about the rows of a release that a program may want to read.

    Args:
        problems: the rows of all configurations, with the name of theirs in a column `config`.
        verdicts: which majority answers are right, as `trust.verdicts` says.
    """
    recipe = run.recipe.content()  # without the addresses and paths of this machine
    for role, model in recipe["models"].items():
        model["model"] = model_name(getattr(run.recipe.models, role))
    made = recorded.stages(run)
    return {
        "sure_math": __version__,
        "recipe": recipe,
        "stages": made,
        "prompts": recorded.prompts(made, run.recipe),
        "software": recorded.software(made),
        "written_with": {name: version(name) for name in _WRITERS},
        "licenses": license_counts(problems),
        "sources": sources(run, problems),
        "models": models(run, problems, made),
        "judge": recorded.judging(run, made),
        "judge_controls": judge_controls(run),
        "evaluation_sets": evaluation_sets(run),
        "blocked": blocked(run),
        "label_conflicts": label_conflicts(run),
        "evolution": evolution(problems),
        "attempts": attempts(run),
        "lineage": lineage(run, problems).to_dicts(),
        "flags": flags(problems),
        "trust": trust(verdicts),
    }


def license_counts(problems: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Problems by configuration and licence."""
    counted = problems.group_by("config", "license").len().sort("config", "license")
    found: dict[str, dict[str, int]] = {}
    for config, license_id, count in counted.iter_rows():
        found.setdefault(config, {})[license_id] = count
    return found


def sources(run: Run, problems: pl.DataFrame) -> list[dict[str, Any]]:
    """Every source with its dataset, revision, licence, citation and problems by configuration."""
    keys = ["source", "license", "source_revision"]
    counted = problems.group_by(*keys, "config").len().sort(*keys, "config", nulls_last=True)
    configured = {source.name: source for source in run.recipe.seeds.sources}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for name, license_id, revision, config, count in counted.iter_rows():
        key = (name, license_id, revision)
        if key not in found:
            source = configured[name]
            card = source_card(source.adapter)
            own = f"{HUB}/{source.dataset}" if source.dataset else None
            found[key] = {
                "source": name,
                "dataset": adapter_for(source).dataset,
                "revision": revision,
                "license": license_id,
                "problems": {},
                "link": card.url if card else own,
                "title": card.title if card else None,
                "citation": card.citation if card else None,
            }
        found[key]["problems"][config] = count
    return list(found.values())


def models(
    run: Run, problems: pl.DataFrame, made: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The models that wrote or judged something, by role, with what decided their answers and what
    their licences ask. A judge that was never asked is none of them.

    Args:
        made: what `recorded.stages` found.
    """
    found = {role: set(problems[role].drop_nulls()) for role in GENERATING}
    found["judge"] = _judges(run, made)
    known = recorded.identities(made)
    return [_model(each, known.get((each.role, each.model), {})) for each in duties(found)]


def _judges(run: Run, made: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Every judge that was asked something, control questions included."""
    found = {report.judge for report in _control_reports(run).values()}
    found |= set(_side(run, "verdicts", ("judge",))["judge"].drop_nulls())
    found |= set(_side(run, "judgements", ("judge",))["judge"])
    if any(stage["counters"].get("judge_calls") for stage in made.values()):
        found.add(model_name(run.recipe.models.judge))
    return found


def judge_controls(run: Run) -> dict[str, dict[str, str | None]]:
    """How the judge did on its control questions, by stage, and what is wrong with it, if anything;
    a stage that asked none is left out."""
    return {
        name: {"summary": report.summary(), "complaint": report.complaint}
        for name, report in _control_reports(run).items()
    }


def _control_reports(run: Run) -> dict[str, ControlReport]:
    reports = {stage.name: read_report(run.root / stage.name) for stage in run.stages}
    return {name: report for name, report in reports.items() if report}


def evolution(problems: pl.DataFrame) -> dict[str, Any]:
    """Evolved problems by strategy, how many the judge voted on, and how many it was sure of."""
    evolved = problems.drop_nulls("strategy")
    voted = evolved.filter(pl.col("validity").list.len() > 0)
    sure = voted.filter(pl.col("validity").list.eval(pl.element() == "well_posed").list.all())
    return {
        "problems": evolved.height,
        "strategies": _frequencies(evolved["strategy"]),
        "voted": voted.height,
        "unanimously_well_posed": sure.height,
    }


def attempts(run: Run) -> dict[str, Any]:
    """What the evolver wrote: how many attempts, how many of them were accepted, and why the others
    were not."""
    reasons = _side(run, "attempts", ("reason",))["reason"]
    return {
        "attempts": reasons.len(),
        "accepted": reasons.null_count(),
        "rejected": _frequencies(reasons.drop_nulls()),
    }


def flags(problems: pl.DataFrame) -> dict[str, int]:
    """How many problems carry each flag."""
    return _frequencies(problems["flags"].explode().drop_nulls())


def _frequencies(values: pl.Series) -> dict[str, int]:
    """How often each value stands there, the most frequent first."""
    counted = values.alias("value").value_counts()
    return dict(counted.sort(["count", "value"], descending=[True, False]).iter_rows())


def evaluation_sets(run: Run) -> list[dict[str, Any]]:
    """Every evaluation set with its items, and what became of the problems that resembled one;
    also what else problems were held against, such as the test split, without a count of items.

    A problem counts once per set: under the first of `RULES` that blocked it, or as `kept`.
    """
    configured = {each.name: each for each in run.recipe.decontaminate.evaluation_sets}
    items = _counts(pl.concat(map(pl.DataFrame, run.store("evaluation").tables())))
    rank = pl.col("rule").replace_strict(
        {rule: RULES.index(rule) for rule in RULES if rule != "text"},
        default=RULES.index("text"),
        return_dtype=pl.Int32,
    )
    verdicts = (
        _side(run, "verdicts", ("evaluation_set", "problem_id", "rule", "decision"))
        .with_columns(fate=pl.when(pl.col("decision") == "blocked").then(rank).otherwise(99))
        .group_by("evaluation_set", "problem_id")
        .agg(pl.col("fate").min())
    )
    fates = {*enumerate(RULES), (99, "kept")}
    by_fate = {name: _counts(verdicts.filter(pl.col("fate") == number)) for number, name in fates}
    return [
        {
            "name": name,
            "dataset": adapter_for(configured[name]).dataset if name in configured else None,
            "items": items.get(name),
            "candidates": sum(counts.get(name, 0) for counts in by_fate.values()),
            **{fate: by_fate[fate].get(name, 0) for fate in (*RULES, "kept")},
        }
        for name in [*configured, *sorted(set(verdicts["evaluation_set"]) - set(configured))]
    ]


def blocked(run: Run) -> int:
    """How many problems, seeds included, were blocked because of a benchmark."""
    found = _side(run, "verdicts", ("evaluation_set", "problem_id", "decision"))
    wrong = found.filter(pl.col("evaluation_set") != HELD_OUT, decision="blocked")
    return wrong["problem_id"].n_unique()


def _counts(rows: pl.DataFrame) -> dict[str, int]:
    return dict(rows.group_by("evaluation_set").len().iter_rows())


def label_conflicts(run: Run) -> dict[str, int]:
    """Groups of problems that say the same with answers that contradict each other."""
    rows = _side(run, "label_conflicts", ("group", "problem_id"))
    return {"groups": rows["group"].n_unique(), "problems": rows["problem_id"].n_unique()}


def _side(run: Run, name: str, columns: Sequence[str]) -> pl.DataFrame:
    """The rows of a side table, of every stage that has one of that name."""
    stages = [stage.name for stage in run.stages if name in stage.side]
    found = [pl.DataFrame(run.store(stage).read_side(name, columns)) for stage in stages]
    return pl.concat([pl.DataFrame(schema=dict.fromkeys(columns, pl.String)), *found])


def _model(duty: Duty, identity: Mapping[str, Any]) -> dict[str, Any]:
    known, settings = duty.terms, dict(identity)
    return {
        "role": duty.role,
        "model": duty.model,
        "backend": settings.pop("backend", None),
        "revision": settings.pop("revision", None),
        "weights": settings.pop("weights", None),
        "settings": {key: value for key, value in settings.items() if key != "model"},
        "license": duty.license,
        "link": duty.link,
        "duty": duty.duty,
        "non_commercial": known.non_commercial if known else None,
        "verified": known.verified if known else None,
    }
