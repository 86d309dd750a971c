"""Prompt files: a system text, a `<!-- user -->` line, and a template for the user turn.

The first line of a prompt names its task (`Strategy: harder`, `Task: judge`); models may route on
it. A recipe names a shipped prompt (`solve`) or a path of its own. A line
`<!-- include: other.md -->` stands for the text of a file beside it, which the hash covers too.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template, TemplateError

from sure_math.backends.base import Message
from sure_math.errors import ConfigError
from sure_math.resources import resource
from sure_math.runtime.ids import stable_hash

_USER_MARK = "<!-- user -->"
_INCLUDE = re.compile(r"^<!-- include: (\S+) -->$", re.MULTILINE)
_ENVIRONMENT = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)


@dataclass(frozen=True)
class Prompt:
    """One prompt file, with what it includes."""

    name: str
    text: str

    def __post_init__(self) -> None:
        _ = self._parts  # a broken file is noticed before any model is asked

    @cached_property
    def sha(self) -> str:
        """Hash of the whole text, part of the stage hash."""
        return stable_hash(self.text)

    def messages(self, **values: str) -> tuple[Message, Message]:
        """The system and the user turn, filled in.

        Raises:
            ConfigError: the template needs a value that was not given.
        """
        system, user = self._parts
        try:
            content = user.render(**values).strip()
        except TemplateError as error:
            raise ConfigError(f"prompt {self.name}: {error}") from error
        return Message("system", system), Message("user", content)

    @cached_property
    def _parts(self) -> tuple[str, Template]:
        system, mark, user = self.text.partition(_USER_MARK)
        if not mark:
            raise ConfigError(f"prompt {self.name} has no line {_USER_MARK}")
        try:
            return system.strip(), _ENVIRONMENT.from_string(user)
        except TemplateError as error:
            raise ConfigError(f"prompt {self.name}: {error}") from error


def load_prompt(name: str) -> Prompt:
    """A shipped prompt by name (`solve`, `evolve/harder`) or any prompt file by path.

    Raises:
        ConfigError: there is no such prompt, or it is no prompt file.
    """
    own = Path(name)
    path = own if own.suffix == ".md" else resource("prompts", f"{name}.md")
    try:
        return Prompt(name, _read(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"cannot read prompt {name!r}: {error}",
            hint="name a shipped prompt (solve, judge, evolve/...) or the path of a .md file",
        ) from error


def _read(path: Path) -> str:
    """The text of a prompt file; what it includes may itself include nothing."""
    text = path.read_text(encoding="utf-8")
    return _INCLUDE.sub(
        lambda found: (path.parent / found[1]).read_text(encoding="utf-8").strip(), text
    )
