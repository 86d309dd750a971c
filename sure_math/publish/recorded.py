"""How the rows were made, as the stages themselves recorded it in the footers of their shards:
settings, prompts, software, models, and what the judge was asked."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from sure_math.config import Recipe
from sure_math.prompts import load_prompt
from sure_math.resources import resource
from sure_math.runtime.run import Run
from sure_math.runtime.shards import Footer, totals

_JUDGING = {
    "seeds": "whether a seed and a benchmark item are the same problem",
    "evolve": "whether a new problem is well posed",
    "decontaminate": "whether a problem and a benchmark item are the same",
    "cluster": "whether two answers mean the same",
}


def stages(run: Run) -> dict[str, dict[str, Any]]:
    """Hash, shards, rows, rejects by reason, counters, settings and software of every stage."""
    return {stage.name: _stage(run, stage.name) for stage in run.stages}


def _stage(run: Run, name: str) -> dict[str, Any]:
    store = run.store(name)
    footers = list(store.scan().values())
    return {
        "hash": store.stage_hash,
        "shards": len(footers),
        "rows": sum(footer.rows for footer in footers),
        "rejected": totals(footer.rejected for footer in footers),
        "counters": totals(footer.stats for footer in footers),
        "settings": without_places(store.config),
        "software": _software(footers),
    }


def _software(footers: list[Footer]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for footer in footers:
        for name, version in footer.versions.items():
            found.setdefault(name, set()).add(version)
    return {name: sorted(versions) for name, versions in sorted(found.items())}


def without_places(settings: Any) -> Any:
    """Settings in which a model that lies on this machine has a name instead of a path."""
    if isinstance(settings, list):
        return [without_places(each) for each in settings]
    if not isinstance(settings, dict):
        return settings
    plain = {key: without_places(value) for key, value in settings.items()}
    return plain | {"model": _name(plain)} if "backend" in plain else plain


def _name(identity: Mapping[str, Any]) -> str:
    """The name of a model as it stands in the rows."""
    local = "weights" in identity  # a digest: the weights are in a folder of this machine
    name = Path(identity["model"]).name if local else str(identity["model"])
    return f"builtin/{name}" if identity["backend"] == "builtin" else name


def software(made: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every library and version with the stages that used it, from what `stages` found."""
    found: dict[tuple[str, str], list[str]] = {}
    for stage, each in made.items():
        for name, versions in each["software"].items():
            for version in versions:
                found.setdefault((name, version), []).append(stage)
    return [
        {"name": name, "version": version, "stages": used}
        for (name, version), used in sorted(found.items())
    ]


def identities(made: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """What decides the answers of every model, by role and name: backend, revision, digest of
    local weights and further settings."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for role, identity in _configured(made):
        found.setdefault((role, identity["model"]), identity)
    return found


def _configured(made: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    settings = {name: each["settings"] for name, each in made.items()}
    places = [
        ("evolver", settings["evolve"].get("evolver")),
        ("teacher", settings["sample"].get("teacher")),
        ("judge", settings["cluster"].get("model")),
        ("judge", settings["evolve"].get("validity", {}).get("model")),
        *(("judge", settings[name].get("judge", {}).get("model")) for name in _SAMENESS),
    ]
    return ((role, identity) for role, identity in places if identity)


_SAMENESS = ("seeds", "decontaminate")


def prompts(made: Mapping[str, Mapping[str, Any]], recipe: Recipe) -> list[dict[str, Any]]:
    """Every prompt with the stage and the role it was for, its file, its hash, and whether a
    prompt of that hash is shipped with this version."""
    settings = {name: each["settings"] for name, each in made.items()}
    strategies = settings["evolve"].get("prompts", {}) if made["evolve"]["rows"] else {}
    found = [
        *(("evolve", "evolver", f"{name}.md", sha) for name, sha in strategies.items()),
        ("evolve", "judge", recipe.evolve.validity_prompt, settings["evolve"].get("validity", {})),
        *(
            (name, "judge", recipe.decontaminate.prompt, settings[name].get("judge", {}))
            for name in _SAMENESS
        ),
        ("sample", "teacher", recipe.sample_prompt, settings["sample"]),
        ("cluster", "judge", recipe.judge_prompt, settings["cluster"]),
    ]
    return [
        _prompt(stage, role, name, sha if isinstance(sha, str) else sha["prompt_sha"])
        for stage, role, name, sha in found
        if isinstance(sha, str) or "prompt_sha" in sha
    ]


def _prompt(stage: str, role: str, name: str, sha: str) -> dict[str, Any]:
    shipped = shipped_prompts().get(sha)
    own = f"{Path(name).stem}.md"
    file = f"prompts/{shipped}.md" if shipped else own
    return {"stage": stage, "role": role, "file": file, "hash": sha, "shipped": bool(shipped)}


@cache
def shipped_prompts() -> dict[str, str]:
    """Names of the shipped prompts by their hashes."""
    folder = resource("prompts")
    names = (
        path.relative_to(folder).with_suffix("").as_posix()
        for path in sorted(folder.rglob("*.md"))
        if not path.name.startswith("_")
    )
    return {load_prompt(name).sha: name for name in names}


def judging(run: Run, made: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What the judge was asked, by stage, and how often its word decided about answers.

    A stage whose settings name no judge is left out; one that names a judge and never needed it
    has 0 calls.
    """
    found = {
        name: {
            "question": _JUDGING[name],
            "calls": counters.get("judge_calls", 0),
            "reused": counters.get("verdicts_reused", 0),
            "unreadable": counters.get("unparseable_verdicts", 0),
        }
        for name, counters in ((name, made[name]["counters"]) for name in _JUDGING)
        if _has_judge(name, made[name]["settings"])
    }
    said = pl.DataFrame(run.store("cluster").read_side("judgements", ["problem_id", "equal"]))
    return {
        "stages": found,
        "answers": {
            "problems": said["problem_id"].n_unique(),
            "pairs": said.height,
            "equal": int(said["equal"].sum()),
        },
        "joined": {
            name.removeprefix("merged_"): count
            for name, count in made["cluster"]["counters"].items()
            if name.startswith("merged_")
        },
    }


def _has_judge(stage: str, settings: Mapping[str, Any]) -> bool:
    if stage == "cluster":
        return "model" in settings
    return "model" in settings.get("validity" if stage == "evolve" else "judge", {})
