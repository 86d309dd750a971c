"""Control pairs: questions with known answers, put to a judge before its verdicts may count.

A judge that says yes to everything, no to everything or nothing readable looks like a run with odd
entropies; here it is noticed for the price of one small batch. What the judge said is stored as
`controls.json` in the folder of the stage and is not asked again as long as judge, prompt and
control pairs stay the same.
"""

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from sure_math.errors import ConfigError, JudgeUnfit
from sure_math.resources import resource
from sure_math.runtime.shards import write_text

FILE = "controls.json"
MIN_ACCURACY = 0.75
"""Share of control questions a judge must get right; constant answers and coins reach 0.5."""

Asked = tuple[str, str, str]
"""The problem and the two answers, in the order in which the judge sees them."""
Put = Callable[[Sequence[Asked]], dict[Asked, bool | None]]


class Control(BaseModel):
    """Two answers to one problem, with the right verdict in both orders.

    The two differ only for prompts that are not symmetric, such as entailment.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    problem: str
    a: str
    b: str
    forward: bool
    reverse: bool

    @property
    def questions(self) -> tuple[tuple[Asked, bool], tuple[Asked, bool]]:
        """Both orders with the right verdict on each."""
        there, back = (self.problem, self.a, self.b), (self.problem, self.b, self.a)
        return (there, self.forward), (back, self.reverse)


@dataclass(frozen=True)
class ControlVerdict:
    """One control question, what is right and what the judge said (None: unreadable)."""

    problem: str
    a: str
    b: str
    right: bool
    said: bool | None


@dataclass(frozen=True)
class ControlReport:
    """How a judge did on its control pairs; the verdicts stand in pairs, both orders."""

    key: str
    """Hash of everything that decides the verdicts: judge, prompt, settings, control pairs."""
    judge: str
    prompt_sha: str
    control_set: str
    verdicts: tuple[ControlVerdict, ...]

    @property
    def correct(self) -> int:
        """Questions answered right."""
        return sum(verdict.said is verdict.right for verdict in self.verdicts)

    @property
    def unparseable(self) -> int:
        """Questions without a readable answer."""
        return sum(verdict.said is None for verdict in self.verdicts)

    @property
    def accuracy(self) -> float:
        """Share of questions answered right; an unreadable answer is not."""
        return self.correct / len(self.verdicts)

    @property
    def yes_rate(self) -> float | None:
        """Share of yes among the readable answers; None if there are none."""
        said = [verdict.said for verdict in self.verdicts if verdict.said is not None]
        return sum(said) / len(said) if said else None

    @property
    def order_consistency(self) -> float | None:
        """Share of symmetric pairs with the same answer in both orders; None without readable ones.

        Pairs with an unreadable answer are left out.
        """
        pairs = zip(self.verdicts[::2], self.verdicts[1::2], strict=True)
        same = [
            x.said == y.said
            for x, y in pairs
            if x.right == y.right and None not in (x.said, y.said)
        ]
        return sum(same) / len(same) if same else None

    @property
    def complaint(self) -> str | None:
        """What is wrong with the judge; None if it is good enough."""
        asked = len(self.verdicts)
        if self.accuracy >= MIN_ACCURACY:
            return None
        if self.unparseable > asked / 2:
            return f"gave no readable verdict on {self.unparseable} of {asked} control questions"
        if self.yes_rate in (0.0, 1.0):
            said = "yes" if self.yes_rate else "no"
            return f"said {said} to every one of {asked} control questions"
        return f"was right on only {self.correct} of {asked} control questions"

    def summary(self) -> str:
        """The figures in one line."""
        yes, order = _percent(self.yes_rate), _percent(self.order_consistency)
        return (
            f"{self.correct} of {len(self.verdicts)} control questions right ({self.control_set}), "
            f"yes rate {yes}, unreadable {self.unparseable}, same verdict in both orders {order}"
        )


def load_controls(name: str) -> tuple[Control, ...]:
    """A shipped set by name (`judge`, `builtin`, `entail`), or the path of a .jsonl file.

    Raises:
        ConfigError: there is no such file, a line is no control pair, or all verdicts are alike.
    """
    own = Path(name)
    path = own if own.suffix == ".jsonl" else resource("prompts", "controls", f"{name}.jsonl")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        controls = tuple(Control.model_validate_json(line) for line in lines if line.strip())
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise ConfigError(
            f"cannot read the control pairs {name!r}: {error}",
            hint="name a shipped set (judge, builtin, entail) or the path of a .jsonl file whose "
            "lines have the keys problem, a, b, forward and reverse",
        ) from error
    if {right for control in controls for _, right in control.questions} != {True, False}:
        raise ConfigError(f"the control pairs {name!r} need verdicts of both kinds, yes and no")
    return controls


def put_controls(controls: Sequence[Control], put: Put) -> tuple[ControlVerdict, ...]:
    """Ask all control questions, both orders, as one batch."""
    asked = [each for control in controls for each in control.questions]
    said = put([question for question, _ in asked])
    return tuple(ControlVerdict(*question, right, said[question]) for question, right in asked)


def read_report(folder: Path) -> ControlReport | None:
    """The report stored in a stage's folder; None if there is none that can be read."""
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
        verdicts = tuple(ControlVerdict(**each) for each in data.pop("verdicts"))
        return ControlReport(**{**data["judged"], "verdicts": verdicts})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_report(folder: Path, report: ControlReport) -> None:
    """Store a report with its figures.

    Raises:
        StageError: the file system refused.
    """
    judged = asdict(report)
    verdicts = judged.pop("verdicts")
    figures = {
        "questions": len(report.verdicts),
        "correct": report.correct,
        "unparseable": report.unparseable,
        "accuracy": report.accuracy,
        "yes_rate": report.yes_rate,
        "order_consistency": report.order_consistency,
        "complaint": report.complaint,
    }
    content = {"judged": judged, "figures": figures, "verdicts": verdicts}
    write_text(folder / FILE, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def enforce(report: ControlReport, mode: Literal["require", "report"]) -> None:
    """Stop, or warn of, a judge that failed.

    Raises:
        JudgeUnfit: with mode `require`.
    """
    if report.complaint is None:
        return
    message = f"the judge {report.judge} {report.complaint}: its verdicts would mean nothing"
    if mode == "report":
        warnings.warn(message, stacklevel=2)
        return
    raise JudgeUnfit(
        f"{message}\n  {report.summary()}",
        saved="every shard that was finished before; no question of the run was put to this judge",
        hint=f"read what it said in {FILE} of the cluster stage; name another judge or prompt, or "
        "control pairs in its own language (cluster.control_set); "
        "--set cluster.controls=report goes on all the same",
    )


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.0%}"
