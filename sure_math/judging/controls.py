"""Control questions: known answers, asked of a judge before its verdicts may count.

A judge that always says the same word or nothing readable looks like a run with odd figures; here
it is noticed for the price of one small batch. What the judge said is stored as `controls.json` in
the folder of the stage and is not asked again as long as judge, prompt and controls stay the same.
"""

import json
import warnings
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from sure_math.errors import ConfigError, JudgeUnfit
from sure_math.resources import resource
from sure_math.runtime.shards import write_text

FILE = "controls.json"
MIN_ACCURACY = 0.75
"""Share of control questions a judge must get right; constant answers and coins reach 0.5."""

Question = tuple[str, ...]
"""The parts of a question, in the order of the judge's fields."""
Put = Callable[[Sequence[Question]], Mapping[Question, str | None]]
Mode = Literal["require", "report", "skip"]


class Control(BaseModel):
    """One line of a control file. Each kind of judge has its own keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @property
    @abstractmethod
    def questions(self) -> tuple[tuple[Question, tuple[str, ...]], ...]:
        """What it asks, in one order or in both, and the verdicts that are right on each."""


Kind = TypeVar("Kind", bound=Control)


@dataclass(frozen=True)
class ControlVerdict:
    """One control question, what is right and what the judge said (None: unreadable)."""

    control: int
    """Line of the control file; the two orders of a pair share it."""
    question: dict[str, str]
    right: tuple[str, ...]
    said: str | None


@dataclass(frozen=True)
class ControlReport:
    """How a judge did on its control questions."""

    key: str
    """Hash of everything that decides the verdicts: judge, prompt, settings, controls."""
    judge: str
    prompt_sha: str
    control_set: str
    words: tuple[str, ...]
    """The verdicts it can give."""
    verdicts: tuple[ControlVerdict, ...]

    @property
    def correct(self) -> int:
        """Questions answered right."""
        return sum(verdict.said in verdict.right for verdict in self.verdicts)

    @property
    def unparseable(self) -> int:
        """Questions without a readable answer."""
        return sum(verdict.said is None for verdict in self.verdicts)

    @property
    def accuracy(self) -> float:
        """Share of questions answered right; an unreadable answer is not."""
        return self.correct / len(self.verdicts)

    def rate(self, word: str) -> float | None:
        """Share of a word among the readable answers; None if there are none."""
        counts = Counter(verdict.said for verdict in self.verdicts if verdict.said is not None)
        return counts[word] / counts.total() if counts else None

    @property
    def order_consistency(self) -> float | None:
        """Share of symmetric pairs with the same answer in both orders; None without readable ones.

        Pairs with an unreadable answer are left out.
        """
        same = []
        for _, group in groupby(self.verdicts, key=lambda verdict: verdict.control):
            orders = tuple(group)
            said = {verdict.said for verdict in orders}
            if len(orders) == 2 and orders[0].right == orders[1].right and None not in said:
                same.append(len(said) == 1)
        return sum(same) / len(same) if same else None

    @property
    def complaint(self) -> str | None:
        """What is wrong with the judge; None if it is good enough."""
        asked = len(self.verdicts)
        if self.accuracy >= MIN_ACCURACY:
            return None
        if self.unparseable > asked / 2:
            return f"gave no readable verdict on {self.unparseable} of {asked} control questions"
        for word in self.words:
            if self.rate(word) == 1.0:
                return f"said {word} to every one of {asked} control questions"
        return f"was right on only {self.correct} of {asked} control questions"

    def summary(self) -> str:
        """The figures in one line."""
        rate, order = _percent(self.rate(self.words[0])), _percent(self.order_consistency)
        return (
            f"{self.correct} of {len(self.verdicts)} control questions right ({self.control_set}), "
            f"{self.words[0]} rate {rate}, unreadable {self.unparseable}, "
            f"same verdict in both orders {order}"
        )


_STORED = TypeAdapter(ControlReport)


def load_controls(name: str, kind: type[Kind]) -> tuple[Kind, ...]:
    """A shipped set by name (`judge`, `validity`, ...), or the path of a .jsonl file.

    Raises:
        ConfigError: there is no such file, a line is no control of this kind, or one verdict is
            right everywhere.
    """
    own = Path(name)
    path = own if own.suffix == ".jsonl" else resource("prompts", "controls", f"{name}.jsonl")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        controls = tuple(kind.model_validate_json(line) for line in lines if line.strip())
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise ConfigError(
            f"cannot read the control questions {name!r}: {error}",
            hint="name a shipped set (prompts/controls) or the path of a .jsonl file whose lines "
            f"have the keys {', '.join(kind.model_fields)}",
        ) from error
    right = [set(words) for control in controls for _, words in control.questions]
    if not right or set.intersection(*right):
        raise ConfigError(f"no single verdict may be right on all control questions of {name!r}")
    return controls


def put_controls(
    controls: Sequence[Control], fields: Sequence[str], put: Put
) -> tuple[ControlVerdict, ...]:
    """Ask all control questions, both orders where there are two, as one batch."""
    asked = [
        (number, question, right)
        for number, control in enumerate(controls, start=1)
        for question, right in control.questions
    ]
    said = put([question for _, question, _ in asked])
    return tuple(
        ControlVerdict(number, dict(zip(fields, question, strict=True)), right, said[question])
        for number, question, right in asked
    )


def read_report(folder: Path) -> ControlReport | None:
    """The report stored in a stage's folder; None if there is none that can be read."""
    try:
        report = _STORED.validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError):
        return None
    return report if report.verdicts and report.words else None


def write_report(folder: Path, report: ControlReport) -> None:
    """Store a report with its figures.

    Raises:
        StageError: the file system refused.
    """
    figures = {
        "questions": len(report.verdicts),
        "correct": report.correct,
        "unparseable": report.unparseable,
        "accuracy": report.accuracy,
        "rates": {word: report.rate(word) for word in report.words},
        "order_consistency": report.order_consistency,
        "complaint": report.complaint,
    }
    content = {"figures": figures, **_STORED.dump_python(report, mode="json")}
    write_text(folder / FILE, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def enforce(report: ControlReport, mode: Mode, stage: str, settings: str) -> None:
    """Stop, or warn of, a judge that failed.

    `settings` is what the names of the settings in the recipe begin with, such as `cluster.`.

    Raises:
        JudgeUnfit: with mode `require`.
    """
    if report.complaint is None:
        return
    message = f"the judge {report.judge} {report.complaint}: its verdicts would mean nothing"
    if mode != "require":
        warnings.warn(message, stacklevel=2)
        return
    raise JudgeUnfit(
        f"{message}\n  {report.summary()}",
        saved="every shard that was finished before; no question of the run was put to this judge",
        hint=f"read what it said in {FILE} of the {stage} stage; name another judge or prompt, or "
        f"control questions in its own language ({settings}control_set); "
        f"--set {settings}controls=report goes on all the same",
    )


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.0%}"
