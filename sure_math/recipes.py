"""Recipes: YAML files that resolve to one frozen configuration.

A recipe is named (one of the shipped ones) or given as a path; `a.b=c` overrides reach any field,
`seeds.sources.0.cap=5` any list item. What the recipe leaves out has its documented default. There
are recipes of pipelines, and of other kinds in folders below `pipelines/`.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from sure_math.config import Recipe
from sure_math.errors import ConfigError
from sure_math.resources import resource
from sure_math.section import Section

S = TypeVar("S", bound=Section)


def bundled_recipes(*folder: str) -> list[str]:
    """Names of the shipped recipes, or of those in a folder below `pipelines/`."""
    return sorted(path.stem for path in resource("pipelines", *folder).glob("*.yaml"))


def load_recipe(name: str, overrides: Sequence[str] = ()) -> Recipe:
    """Read, override and check the recipe of a pipeline.

    Raises:
        ConfigError: no such recipe, broken YAML, an unknown key or a bad value.
    """
    return resolve(read_recipe(name), overrides)


def read_recipe(name: str, *folder: str) -> dict[str, Any]:
    """The values of a recipe as they are written: a shipped one, or the path of a YAML file.

    Raises:
        ConfigError: no such recipe, or broken YAML.
    """
    path = Path(name) if Path(name).suffix in {".yaml", ".yml"} else None
    known = bundled_recipes(*folder)
    if path is None and name not in known:
        raise ConfigError(
            f"no recipe {name!r}",
            hint=f"use one of {', '.join(known)}, or the path of a YAML file",
        )
    data = _read(path or resource("pipelines", *folder, f"{name}.yaml"))
    data.setdefault("name", Path(name).stem)
    return data


def resolve(data: dict[str, Any], overrides: Sequence[str] = ()) -> Recipe:
    """Apply overrides to nested plain values and check the result.

    Raises:
        ConfigError: an unknown key or a bad value; the message names each one.
    """
    return resolve_as(Recipe, data, overrides)


def resolve_as(kind: type[S], data: dict[str, Any], overrides: Sequence[str] = ()) -> S:
    """The same for another kind of recipe.

    Raises:
        ConfigError: an unknown key or a bad value; the message names each one.
    """
    defaults = _defaults(kind) if overrides else {}
    for override in overrides:
        _apply(data, override, defaults)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        lines = [f"  {_complaint(kind, issue)}" for issue in error.errors()]
        raise ConfigError("the recipe is not valid:\n" + "\n".join(lines)) from error


def _defaults(kind: type[Section]) -> dict[str, Any]:
    """What a recipe has where it says nothing, as plain values."""
    given = {
        name: field.get_default(call_default_factory=True)
        for name, field in kind.model_fields.items()
        if not field.is_required()
    }
    return {
        name: value.model_dump(mode="json") if isinstance(value, Section) else value
        for name, value in given.items()
    }


def _complaint(kind: type[Section], issue: Mapping[str, Any], kind: type[Section]) -> str:
    """One problem of a recipe in its own words, without those of pydantic's machinery."""
    place = [str(part) for part in issue["loc"]]
    if place[:1] == ["models"] and len(place) > 3:
        del place[2]  # the backend that chose the section, not a level of the recipe
    if place[-1:] == ["[key]"]:
        known = str(issue["msg"]).removeprefix("Input should be ")
        return f"{'.'.join(place[:-1])}: no such name; it should be {known}"
    message = str(issue["msg"]).removeprefix("Value error, ")
    if issue["type"] == "extra_forbidden":
        message = f"no such setting{_meant(place, kind)}"
    return f"{'.'.join(place)}: {message}" if place else message


def setting_names(section: str, kind: type[Section] = Recipe) -> set[str]:
    """Every setting of a section of the recipe, those of its parts included."""
    schema = TypeAdapter(kind.model_fields[section].rebuild_annotation()).json_schema()
    parts = (schema, *schema.get("$defs", {}).values())
    return {name for part in parts for name in part.get("properties", {})}


def _meant(place: Sequence[str], kind: type[Section]) -> str:
    """The setting of that section, or the section, whose name looks like the wrong one."""
    names = setting_names(place[0], kind) if len(place) > 1 else set(kind.model_fields)
    near = get_close_matches(place[-1], names - {place[-1]}, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def read_settings(path: Path, *, called: str = "recipe") -> dict[str, Any]:
    """The plain values of a YAML file.

    Raises:
        ConfigError: it cannot be read, or holds something else than a mapping.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {called} {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{called} {path} is not YAML: {error}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{called} {path} is not a mapping of sections")
    try:
        plain: dict[str, Any] = _unshared(data)
    except RecursionError as error:
        raise ConfigError(f"{called} {path} contains itself through an alias") from error
    return plain


def _unshared(value: Any) -> Any:
    """A copy in which no two places are one object, as YAML aliases make them: an override of one
    must leave the other alone."""
    if isinstance(value, dict):
        return {key: _unshared(inner) for key, inner in value.items()}
    return [_unshared(inner) for inner in value] if isinstance(value, list) else value


def _apply(data: dict[str, Any], override: str, default: Any) -> None:
    dotted, equals, text = override.partition("=")
    if not equals or not dotted:
        raise ConfigError(f"override {override!r} is not of the form a.b=c")
    *parents, last = dotted.split(".")
    target: Any = data
    for part in parents:
        default = default.get(part) if isinstance(default, dict) else None
        target = _step(target, part, default, dotted)
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"override {override!r}: the value is not YAML") from error
    if isinstance(target, list):
        target[_position(target, last, dotted)] = value
    elif isinstance(target, dict):
        target[last] = value
    else:
        raise ConfigError(f"override {dotted!r}: {'.'.join(parents)} has no parts")


def _step(target: Any, part: str, default: Any, dotted: str) -> Any:
    """One level down; what the recipe leaves out starts from its default, not from nothing."""
    if isinstance(target, list):
        return target[_position(target, part, dotted)]
    if isinstance(target, dict):
        if target.get(part) is None:
            target[part] = deepcopy(default) if isinstance(default, dict) else {}
        return target[part]
    raise ConfigError(f"override {dotted!r}: nothing below {part!r}")


def _position(items: list[Any], part: str, dotted: str) -> int:
    if part.isdecimal() and int(part) < len(items):
        return int(part)
    raise ConfigError(f"override {dotted!r}: {part!r} is no position in a list of {len(items)}")
