"""What the pages of a release say, as far as the gate compares it with the tables.

`provenance.json` and the front matter of README.md are read into models that keep only those
fields; anything of another shape is a DataError.
"""

import html
import re
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from sure_math.errors import DataError

PROVENANCE = "provenance.json"
CARD = "README.md"
LICENSE = "LICENSE"
_HEAD = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)

_ESCAPED = re.compile(r"\\([^\w\s])")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Source(_Part):
    """A seed source of the recipe."""

    name: str
    holdout: int = 0


class Seeds(_Part):
    """Where problems came from."""

    sources: tuple[Source, ...] = ()


class EvaluationSet(_Part):
    """A benchmark that problems were held against."""

    name: str


class Decontamination(_Part):
    """What the recipe kept out."""

    evaluation_sets: tuple[EvaluationSet, ...] = ()
    held_out: bool = True


class Weighting(_Part):
    """How the recipe treats responses without an answer."""

    unanswered: Literal["own_class", "drop"]


class Licensing(_Part):
    """The allow-list of every configuration."""

    licenses: dict[str, tuple[str, ...]]


class RecipeFacts(_Part):
    """What the gate needs of the recipe."""

    seeds: Seeds
    decontaminate: Decontamination
    weight: Weighting
    publish: Licensing


class Provenance(_Part):
    """What the gate needs of `provenance.json`."""

    recipe: RecipeFacts
    evaluation_sets: tuple[EvaluationSet, ...]
    licenses: dict[str, dict[str, int]]
    """Problems by configuration and licence."""


class DataFiles(_Part):
    """The files of one split."""

    split: str
    path: tuple[str, ...]


class CardConfig(_Part):
    """A configuration: only `data_files` may decide what a loader reads, so no other key goes."""

    model_config = ConfigDict(extra="forbid")

    config_name: str
    default: bool = False
    version: str
    description: str
    data_files: tuple[DataFiles, ...]


class SplitInfo(_Part):
    """What the card announces of a split."""

    name: str
    num_examples: int


class DatasetInfo(_Part):
    """What the card announces of a configuration."""

    config_name: str
    features: list[dict[str, Any]]
    """As `datasets` writes them."""
    splits: tuple[SplitInfo, ...]


class FrontMatter(_Part):
    """The YAML block of the card."""

    pretty_name: str
    language: tuple[str, ...]
    license: str
    license_name: str | None = None
    license_link: str | None = None
    task_categories: tuple[str, ...]
    size_categories: tuple[str, ...]
    configs: tuple[CardConfig, ...]
    dataset_info: tuple[DatasetInfo, ...]

    def rows(self) -> dict[str, dict[str, int]]:
        """Announced rows by configuration and split."""
        return {
            info.config_name: {split.name: split.num_examples for split in info.splits}
            for info in self.dataset_info
        }


def plain(markdown: str) -> str:
    """A page without the marks that keep names from being read as Markdown or HTML."""
    return html.unescape(_ESCAPED.sub(r"\1", markdown))


def read_text(path: Path) -> str:
    """A page as text.

    Raises:
        DataError: it is missing or no text.
    """
    if path.exists() and not path.is_file():  # a pipe or a device would be read for ever
        raise DataError(f"{path.name} is no file")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} cannot be read: {error}") from error


def read_provenance(folder: Path) -> Provenance:
    """`provenance.json` of a release.

    Raises:
        DataError: it is missing, or not what this version writes.
    """
    text = read_text(folder / PROVENANCE)
    try:
        return Provenance.model_validate_json(text)
    except ValidationError as error:
        raise _wrong_shape(PROVENANCE, error) from error


def read_card(folder: Path) -> tuple[FrontMatter, str]:
    """The front matter of the card, and the page below it.

    Raises:
        DataError: there is none, or it is not what this version writes.
    """
    found = _HEAD.fullmatch(read_text(folder / CARD))
    if not found:
        raise DataError(f"{CARD} has no front matter between two lines ---")
    try:
        head: Any = yaml.safe_load(found[1])
        return FrontMatter.model_validate(head), found[2]
    except ValidationError as error:
        raise _wrong_shape(f"the front matter of {CARD}", error) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DataError(f"the front matter of {CARD} is no YAML: {error}") from error


def _wrong_shape(page: str, error: ValidationError) -> DataError:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"])) or "the whole"
    return DataError(f"{page} is not as expected: {place}: {first['msg']}")
