"""The head of a dataset card, read as strictly as the real hub does where that is known.

YAML that does not parse, a head that is no mapping, values of the wrong type and licences or size
categories outside the hub's lists are errors; a card without a head gets a warning.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.hub.asked import Asked
from tests.hub.messages import Reply, as_json

_LICENSES = """
    afl-3.0 agpl-3.0 apache-2.0 apple-amlr apple-ascl artistic-2.0 bigcode-openrail-m
    bigscience-bloom-rail-1.0 bigscience-openrail-m bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear
    bsl-1.0 c-uda cc cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0
    cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0
    cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0 cdla-permissive-2.0 cdla-sharing-1.0
    creativeml-openrail-m deepfloyd-if-license ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2
    fair-noncommercial-research-license gemma gfdl gpl gpl-2.0 gpl-3.0 h-research intel-research isc
    lgpl lgpl-2.1 lgpl-3.0 lgpl-lr llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 lppl-1.3c mit
    mpl-2.0 ms-pl ncsa odbl odc-by ofl-1.1 open-mdw openrail openrail++ osl-3.0 other pddl
    postgresql unknown unlicense wtfpl zlib
"""
_SIZES = """
    n<1K 1K<n<10K 10K<n<100K 100K<n<1M 1M<n<10M 10M<n<100M 100M<n<1B 1B<n<10B 10B<n<100B 100B<n<1T
    n>1T
"""
_ALLOWED = {
    "license": frozenset(_LICENSES.split()),
    "size_categories": frozenset(_SIZES.split()),
}
_STRINGS = ("pretty_name", "license_name", "license_link", "homepage")
_LISTS = ("language", "license", "tags", "task_categories", "task_ids", "size_categories")
_HEAD = re.compile(r"\A\s*---[ \t]*\r?\n(.*?)(?:\r?\n)?---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def front_matter(text: str) -> str | None:
    """The YAML between the dashes, None where there is none."""
    found = _HEAD.match(text)
    return found[1] if found else None


def validate(asked: Asked) -> Reply:
    """POST /api/validate-yaml."""
    errors, warnings = check(str(asked.json().get("content", "")))
    found = {
        "errors": [{"message": words} for words in errors],
        "warnings": [{"message": words} for words in warnings],
    }
    return as_json(found, 400 if errors else 200)


def check(text: str) -> tuple[list[str], list[str]]:
    """The errors and the warnings a card gets."""
    head = front_matter(text)
    if head is None:
        return [], ["empty or missing yaml metadata in repo card"]
    try:
        found = yaml.safe_load(head)
    except yaml.YAMLError as error:
        return [f"YAML Metadata Error: {error}"], []
    if found is None:
        return [], ["empty or missing yaml metadata in repo card"]
    if not isinstance(found, dict):
        return ["YAML Metadata Error: must be a mapping"], []
    return [*_types(found), *_values(found), *_configs(found)], []


def _types(card: dict[str, Any]) -> Iterator[str]:
    for name in _STRINGS:
        if not isinstance(card.get(name, ""), str):
            yield f'"{name}" must be a string'
    for name in _LISTS:
        value = card.get(name, [])
        if isinstance(value, list):
            yield from (
                f'"{name}[{i}]" must be a string'
                for i, each in enumerate(value)
                if not isinstance(each, str)
            )
        elif not isinstance(value, str):
            yield f'"{name}" must be one of [string, array]'


def _values(card: dict[str, Any]) -> Iterator[str]:
    for name, allowed in _ALLOWED.items():
        value = card.get(name, [])
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and each not in allowed:
                yield f'"{name}" must be one of [{", ".join(sorted(allowed))}], not {each}'
    languages = card.get("language", [])
    for each in languages if isinstance(languages, list) else [languages]:
        if isinstance(each, str) and each != each.lower():
            yield f'"language" must only contain lowercase characters, not {each}'


def _configs(card: dict[str, Any]) -> Iterator[str]:
    configs = card.get("configs", [])
    if not isinstance(configs, list):
        yield '"configs" must be an array'
        return
    for i, config in enumerate(configs):
        if not isinstance(config, dict):
            yield f'"configs[{i}]" must be of type object'
            continue
        if not isinstance(config.get("config_name", ""), str):
            yield f'"configs[{i}].config_name" must be a string'
        yield from _data_files(f"configs[{i}].data_files", config.get("data_files", []))
    if not isinstance(card.get("dataset_info", []), dict | list):
        yield '"dataset_info" must be one of [object, array]'


def _data_files(place: str, found: Any) -> Iterator[str]:
    if not isinstance(found, str | list):
        yield f'"{place}" must be one of [string, array]'
        return
    for i, each in enumerate(found if isinstance(found, list) else []):
        if isinstance(each, dict) and not isinstance(each.get("split"), str):
            yield f'"{place}[{i}].split" is required and must be a string'
        elif not isinstance(each, dict | str):
            yield f'"{place}[{i}]" must be one of [string, object]'
