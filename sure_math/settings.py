"""YAML files that resolve to one frozen value: recipes, training recipes, suites, experiments.

A file is named (one of the shipped ones) or given as a path; `a.b=c` overrides reach any field,
`seeds.sources.0.cap=5` any list item. What the file leaves out has its documented default.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import to_jsonable_python

from sure_math.errors import ConfigError
from sure_math.resources import resource
from sure_math.section import Section

Value = TypeVar("Value", bound=Section)


@dataclass(frozen=True)
class Kind(Generic[Value]):
    """One kind of file."""

    what: str
    """Its name for people: "recipe"."""
    model: type[Value]
    folder: tuple[str, ...]
    """Where the shipped ones are, as for `resource`."""

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """Plain values of the fields that a file may leave out; overrides start from them."""
        fields = self.model.model_fields.items()
        optional = {name: field for name, field in fields if not field.is_required()}
        plain: dict[str, Any] = to_jsonable_python(
            {name: each.get_default(call_default_factory=True) for name, each in optional.items()}
        )
        return plain

    def bundled(self) -> list[str]:
        """Names of the shipped files."""
        return sorted(path.stem for path in resource(*self.folder).glob("*.yaml"))

    def load(self, name: str, overrides: Sequence[str] = ()) -> Value:
        """Read, override and check a file.

        Raises:
            ConfigError: no such file, broken YAML, an unknown key or a bad value.
        """
        path = Path(name) if Path(name).suffix in {".yaml", ".yml"} else None
        if path is None and name not in self.bundled():
            raise ConfigError(
                f"no {self.what} {name!r}",
                hint=f"use one of {', '.join(self.bundled())}, or the path of a YAML file",
            )
        data = self.read(path or resource(*self.folder, f"{name}.yaml"))
        data.setdefault("name", Path(name).stem)
        return self.resolve(data, overrides)

    def resolve(self, data: dict[str, Any], overrides: Sequence[str] = ()) -> Value:
        """Apply overrides to nested plain values and check the result.

        Raises:
            ConfigError: an unknown key or a bad value; the message names each one.
        """
        for override in overrides:
            _apply(data, override, self.defaults)
        try:
            return self.model.model_validate(data)
        except ValidationError as error:
            lines = [f"  {self._complaint(issue)}" for issue in error.errors()]
            raise ConfigError(f"the {self.what} is not valid:\n" + "\n".join(lines)) from error

    def read(self, path: Path) -> dict[str, Any]:
        """The plain values of a YAML file.

        Raises:
            ConfigError: it cannot be read, is not YAML, or no mapping.
        """
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"cannot read {self.what} {path}: {error.strerror}") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigError(f"{self.what} {path} is not YAML: {error}") from error
        if not isinstance(data, dict):
            raise ConfigError(f"{self.what} {path} is not a mapping of sections")
        try:
            plain: dict[str, Any] = _unshared(data)
        except RecursionError as error:
            raise ConfigError(f"{self.what} {path} contains itself through an alias") from error
        return plain

    def setting_names(self, section: str) -> set[str]:
        """Every setting of a section, those of its parts included."""
        found: set[str] = set()
        for part in _sections(self.model.model_fields[section].annotation):
            found |= _names(part)
        return found

    def _complaint(self, issue: Mapping[str, Any]) -> str:
        """One problem of a file in its own words, without those of pydantic's machinery."""
        place = [str(part) for part in issue["loc"]]
        if place[:1] == ["models"] and len(place) > 3:
            del place[2]  # the backend that chose the section, not a level of the recipe
        if place[-1:] == ["[key]"]:
            known = str(issue["msg"]).removeprefix("Input should be ")
            return f"{'.'.join(place[:-1])}: no such name; it should be {known}"
        message = str(issue["msg"]).removeprefix("Value error, ")
        if issue["type"] == "extra_forbidden":
            message = f"no such setting{self._meant(place)}"
        return f"{'.'.join(place)}: {message}" if place else message

    def _meant(self, place: Sequence[str]) -> str:
        """The setting of that section, or the section, whose name looks like the wrong one."""
        fields = self.model.model_fields
        inside = len(place) > 1 and place[0] in fields
        names = self.setting_names(place[0]) if inside else set(fields)
        near = get_close_matches(place[-1], names - {place[-1]}, n=1)
        return f"; did you mean {near[0]}?" if near else ""


def _sections(annotation: Any) -> Iterator[type[BaseModel]]:
    """The sections inside a type, such as those of `tuple[SourceConfig, ...]` or a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _sections(inner)


def _names(section: type[BaseModel]) -> set[str]:
    schema = section.model_json_schema()
    parts = (schema, *schema.get("$defs", {}).values())
    return {name for part in parts for name in part.get("properties", {})}


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
        default = default.get(part) if isinstance(default, Mapping) else None
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
    """One level down; what the file leaves out starts from its default, not from nothing."""
    if isinstance(target, list):
        return target[_position(target, part, dotted)]
    if isinstance(target, dict):
        if target.get(part) is None:
            target[part] = deepcopy(default) if isinstance(default, dict | list) else {}
        return target[part]
    raise ConfigError(f"override {dotted!r}: nothing below {part!r}")


def _position(items: list[Any], part: str, dotted: str) -> int:
    if part.isdecimal() and int(part) < len(items):
        return int(part)
    raise ConfigError(f"override {dotted!r}: {part!r} is no position in a list of {len(items)}")
