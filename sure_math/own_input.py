"""`annotate --input`: a recipe for problems the user brings."""

import re
from pathlib import Path
from typing import Any

from sure_math.config import PublishConfig, Recipe
from sure_math.errors import ConfigError
from sure_math.publish.licenses import UNKNOWN, normal, placement
from sure_math.recipes import load_recipe, resolve

_MODEL = re.compile(r"(builtin|openai|vllm|transformers):(.+?)(?:@(https?://.+))?")


def annotation_recipe(
    recipe: str | None,
    source: str | None,
    *,
    problem_column: str,
    answer_column: str | None,
    id_column: str | None,
    split: str,
    license_id: str | None,
    teacher: str | None,
    judge: str | None,
    allow_missing_logprobs: bool,
    overrides: tuple[str, ...],
) -> Recipe:
    """The recipe of an annotation: RECIPE's own pool, or the user's problems under its settings.

    A release of the user's problems may hold them whatever their licence is, also none.

    Raises:
        ConfigError: the model specification or the recipe is wrong.
    """
    base = load_recipe(recipe or ("clean" if source else "demo"))
    data = base.model_dump(mode="json")
    for role, text in (("teacher", teacher), ("judge", judge)):
        if text:
            data["models"][role] = model_spec(text)
    if allow_missing_logprobs:
        data["sample"]["allow_missing_logprobs"] = True
    if license_id and not source:
        raise ConfigError("--license is that of your own problems: it needs --input")
    if source:
        license_id = license_id or UNKNOWN
        stem = Path(source).stem
        data["name"] = f"annotate-{re.sub(r'[^A-Za-z0-9]+', '-', stem).strip('-')}"
        data["evolve"]["enabled"] = False
        if recipe is None:  # benchmarks are checked only for those who ask for it by a recipe
            data["decontaminate"]["evaluation_sets"] = []
            data["publish"] = PublishConfig(pretty_name=stem).model_dump(mode="json")
        if normal(license_id) not in placement(data["publish"]["licenses"]):
            data["publish"]["licenses"].setdefault("default", []).append(license_id)
        place = "path" if Path(source).exists() or _looks_like_file(source) else "dataset"
        data["seeds"]["sources"] = [
            {
                "name": "input",
                "adapter": "table",
                place: source,
                "split": split,
                "tier": "medium",
                "use": "annotate",
                "problem_column": problem_column,
                "answer_column": answer_column,
                "id_column": id_column,
                "license": license_id,
            }
        ]
    return resolve(data, overrides)


def model_spec(text: str) -> dict[str, Any]:
    """`vllm:Qwen/Qwen3-8B` or `openai:name@http://host/v1` as a model configuration.

    Raises:
        ConfigError: the text has another form.
    """
    match = _MODEL.fullmatch(text)
    if not match:
        raise ConfigError(
            f"{text!r} is not a model",
            hint="write BACKEND:MODEL, with backend vllm, transformers, builtin or openai; "
            "for openai add the server: openai:MODEL@http://127.0.0.1:8000/v1",
        )
    backend, model, url = match.groups()
    if url and backend != "openai":
        raise ConfigError(f"{text!r}: only the openai backend takes a URL")
    return {"backend": backend, "model": model, **({"base_url": url} if url else {})}


def _looks_like_file(source: str) -> bool:
    """A data file, or a path that cannot be a hub id: misspelt, it must not be asked of a hub."""
    suffixes = {".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".gz"}
    return Path(source).suffix in suffixes or source.startswith((".", "/", "~"))
