"""The report on an evolution as one HTML file: no network, no framework, nothing a model wrote is
ever markup.

Everything is escaped, and the policy in the page lets no script run but the one it was made with.
Mathematics stays LaTeX source.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sure_math.report.evolution import STAGES, EvolutionReport, Loss
from sure_math.report.evolution_text import findings, of_chains, percent, visible
from sure_math.report.examples import Example

_FOLDER = Path(__file__).parent
_LONGEST = 4000  # characters shown of one text
_TOKEN = re.compile(r"(?:\\[a-zA-Z]+|\w+|[^\w\s])\s*")
_COMPARED = 800  # tokens; longer texts are shown without marks


@dataclass(frozen=True)
class ExampleGroup:
    """The examples of one strategy and outcome; `loss` is None for accepted problems."""

    strategy: str
    stage: str
    reason: str | None
    loss: Loss | None
    examples: tuple[Example, ...]

    @property
    def anchor(self) -> str:
        """Its name in the page."""
        return f"{self.strategy}-{self.stage}-{self.reason or 'accepted'}"


@dataclass(frozen=True)
class Level:
    """One bar of the funnel."""

    name: str
    count: int
    note: str = ""


def evolution_page(report: EvolutionReport) -> str:
    """The whole page."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "visible": visible, "cut": _cut, "changes": changes}
    script = (_FOLDER / "evolution.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("evolution.html.jinja").render(
        report=report,
        findings=findings(report),
        levels=list(_funnel(report)),
        columns=_columns(report),
        cells={(loss.strategy, loss.stage, loss.reason): loss for loss in report.losses},
        groups=example_groups(report),
        accused={(outlier.strategy) for outlier in report.outliers},
        wanted={quota.tier: quota for quota in report.quotas},
        style=(_FOLDER / "evolution.css").read_text(encoding="utf-8"),
        script=script,
        digest=digest,
    )


def changes(child: str, parent: str | None) -> list[tuple[str, bool]]:
    """The child in pieces: what stands in the parent too, and (True) what is new."""
    old, new = _TOKEN.findall(parent or ""), _TOKEN.findall(child)
    if not old or max(len(old), len(new)) > _COMPARED:
        return [(child, False)]
    before, after = ([token.strip() for token in tokens] for tokens in (old, new))
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    lead = child[: len(child) - len(child.lstrip())]
    pieces = [("".join(new[i:j]), tag != "equal") for tag, _, _, i, j in blocks if j > i]
    return [(lead, False), *pieces] if lead else pieces


def example_groups(report: EvolutionReport) -> list[ExampleGroup]:
    """Examples by strategy and outcome: losses in their order, then what was accepted."""
    found: dict[tuple[str, str, str | None], list[Example]] = {}
    for example in report.examples:
        found.setdefault((example.strategy, example.stage, example.reason), []).append(example)
    groups = [
        ExampleGroup(loss.strategy, loss.stage, loss.reason, loss, tuple(found[key]))
        for loss in report.losses
        if (key := (loss.strategy, loss.stage, loss.reason)) in found
    ]
    accepted = [
        ExampleGroup(group.name, "evolve", None, None, tuple(found[group.name, "evolve", None]))
        for group in report.strategies
        if (group.name, "evolve", None) in found
    ]
    return groups + accepted


def _funnel(report: EvolutionReport) -> Iterator[Level]:
    total = report.total
    yield Level("steps planned", report.planned)
    yield Level("steps with a problem", total.first.total - total.given_up)
    yield Level("problems kept", total.kept, of_chains(report))
    left = total.kept
    for each in report.progress:
        if each.stage in STAGES:
            left -= sum(total.lost[each.stage].values())
            done = f"{each.done} of {each.shards} shards" if each.shards else "not begun"
            yield Level(f"left by {each.stage}", left, "" if each.complete else done)


def _columns(report: EvolutionReport) -> list[tuple[str, str]]:
    """Stage and reason of every column of the matrix: by stage, the most frequent reason first."""
    counts: dict[tuple[str, str], int] = {}
    for loss in report.losses:
        key = (loss.stage, loss.reason)
        counts[key] = counts.get(key, 0) + loss.share.count
    order = ("evolve", *STAGES)
    return sorted(counts, key=lambda key: (order.index(key[0]), -counts[key], key[1]))


def _cut(text: str) -> str:
    more = len(text) - _LONGEST
    return f"{text[:_LONGEST]} [... {more:,} more characters]" if more > 0 else text
