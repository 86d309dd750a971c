"""Source cards: id, revision, licence, citation and known defects of every source, for people.

Markdown with YAML front matter, in `data_cards/sources/`; the release card quotes them.
"""

from dataclasses import dataclass

import yaml

from sure_math.resources import resource


@dataclass(frozen=True)
class SourceCard:
    """The front matter of a source card; `unverified` names what nobody has checked yet."""

    name: str
    title: str
    dataset: str
    configs: tuple[str, ...]
    splits: str
    revision: str | None
    license: str
    citation: str
    unverified: tuple[str, ...]
    text: str
    """The Markdown below the front matter."""

    @property
    def url(self) -> str | None:
        """Page of the dataset; None for the sources that are part of this package."""
        if self.dataset.startswith("sure-math/"):
            return None
        return f"https://huggingface.co/datasets/{self.dataset}"

    @property
    def attribution(self) -> str:
        """One Markdown line: name, link and citation."""
        name = f"[{self.title}]({self.url})" if self.url else self.title
        return f"{name}: {self.citation}"


def source_card(adapter: str) -> SourceCard | None:
    """The card of an adapter; None for `table`, whose source only the user knows."""
    path = resource("data_cards", "sources", f"{adapter}.md")
    if not path.is_file():
        return None
    _, head, text = path.read_text(encoding="utf-8").split("---\n", 2)
    fields = yaml.safe_load(head)
    fields |= {name: tuple(fields[name]) for name in ("configs", "unverified")}
    return SourceCard(**fields, text=text.strip())
