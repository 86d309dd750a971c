"""Fuzzing of the answers and clusters libraries: `python -m tests.answers.fuzz --cpu-minutes 30`.

Three targets: `equivalence` (single answers, pairs, and pairs with known truth), `extraction`
(responses) and `clusters` (the answers of a problem). Inputs are generated, or mutated from a
corpus that grows by every input of a new kind: without coverage, new means a new pair of tier and
shape of key. What violates an invariant is made smaller and appended to a file of findings.
"""

import argparse
import json
import random
import re
import resource
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from sure_math.answers.boxed import extract
from sure_math.answers.parser import read
from sure_math.answers.symbolic import SymbolicChecker
from tests.answers import hostile, truths
from tests.answers.invariants import (
    Violated,
    check_answer,
    check_box,
    check_clusters,
    check_extraction,
    check_pair,
    check_truth,
)

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "data"
MEMORY_BYTES = 6 * 2**30
HANG_SECONDS = 30
_MAX_CORPUS = 20_000
Input = list[str | None]
Target = Callable[["Fuzzer", Input], str]


class Hanging(BaseException):
    """One input has used far too much CPU time; no Exception, so that nothing swallows it."""


class Fuzzer:
    """A corpus, a source of randomness, and the list of what was found."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = random.Random(seed)
        self.folder = folder
        self.answers = _answers()
        self.responses = _responses()
        self.kinds: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.found: set[str] = set()
        self.checker = SymbolicChecker(cpu_seconds=0.5)

    def run(self, target: str, cpu_seconds: float) -> None:
        """Try inputs until the CPU time of this process is used up."""
        end = time.process_time() + cpu_seconds
        names = sorted(TARGETS) if target == "all" else [target]
        while time.process_time() < end:
            name = self.rng.choice(names)
            make, check = TARGETS[name]
            try:
                self.try_one(name, make(self), check)
            except truths.Unfit:
                continue

    def try_one(self, name: str, given: Input, check: Target) -> None:
        """Check one input; keep it if it is of a new kind, write it down if it breaks something."""
        (self.folder / f"current-{name}.json").write_text(json.dumps(given))
        self.counts[name] += 1
        broken, kind = _outcome(self, given, check)
        if broken is None:
            if kind not in self.kinds and len(self.answers) < _MAX_CORPUS:
                self.kinds.add(kind)
                self.keep(name, given)
            return
        what = re.sub(r"[\d.]+", "#", broken)
        self.counts[f"violated: {what}"] += 1
        if self.counts[f"violated: {what}"] > 10:
            return
        small = given if "equal answers" in broken else _smaller(self, given, check, what)
        finding = {"target": name, "violated": broken, "input": small, "first": given}
        with (self.folder / "found.jsonl").open("a") as file:
            file.write(json.dumps(finding) + "\n")
        print(json.dumps(finding)[:600], flush=True)

    def keep(self, name: str, given: Input) -> None:
        """An input of a new kind is mutated later."""
        texts = [text for text in given if text is not None and len(text) < 2_000]
        (self.responses if name == "extraction" else self.answers).extend(texts)

    def answer(self) -> str:
        """A seed, a mutated one, or a generated expression."""
        chance = self.rng.random()
        if chance < 0.1:
            names = self.rng.choice(["", "x", "xy"])
            return truths.latex(self.rng, truths.tree(self.rng, self.rng.randint(1, 5), names))
        text = self.rng.choice(self.answers)
        return text if chance < 0.15 else hostile.mutate(self.rng, text, self.answers)


def _outcome(fuzzer: Fuzzer, given: Input, check: Target) -> tuple[str | None, str]:
    """(what is violated or None, kind of the input)"""
    signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
    try:
        return None, check(fuzzer, given)
    except Violated as violated:
        return str(violated), ""
    except Hanging:
        return "hangs", ""
    except MemoryError:
        return "out of memory", ""
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _smaller(fuzzer: Fuzzer, given: Input, check: Target, what: str) -> Input:
    """The input with parts left out while it violates the same invariant."""
    end = time.process_time() + 20

    def breaks(candidate: Input) -> bool:
        broken, _ = _outcome(fuzzer, candidate, check)
        return broken is not None and re.sub(r"[\d.]+", "#", broken) == what

    for at in range(len(given)):
        size = len(given[at] or "") // 2
        while size and time.process_time() < end:
            text, position = given[at] or "", 0
            while position < len(text) and time.process_time() < end:
                candidate = [*given]
                candidate[at] = text[:position] + text[position + size :]
                if breaks(candidate):
                    given, text = candidate, candidate[at] or ""
                else:
                    position += size
            size //= 2
    return given


# --- targets ------------------------------------------------------------------------------------


def _make_equivalence(fuzzer: Fuzzer) -> Input:
    rng = fuzzer.rng
    if rng.random() < 0.5:
        truth = truths.pair(rng)
        return [truth.a, truth.b, "equal" if truth.equal else "unequal"]
    first = fuzzer.answer()
    second = hostile.mutate(rng, first, fuzzer.answers) if rng.random() < 0.6 else fuzzer.answer()
    return [first, second]


def _check_equivalence(fuzzer: Fuzzer, given: Input) -> str:
    a, b = given[0] or "", given[1] or ""
    symbolic = fuzzer.checker if fuzzer.rng.random() < 0.1 else None
    if len(given) == 3:
        found = check_truth(truths.Truth(a, b, given[2] == "equal"), symbolic)
        fuzzer.counts[f"truth {given[2]}: {found.verdict}"] += 1
        if given[2] == "equal" and found.verdict == "undecided":
            with (fuzzer.folder / "missed.jsonl").open("a") as file:
                file.write(json.dumps(given) + "\n")
        return f"{found.tier} {_shape(a)}"
    key = check_answer(a)
    found = check_pair(a, b, symbolic)
    return f"{found.verdict} {found.tier} {read(key) is None} {_shape(key)}"


def _shape(key: str) -> str:
    """What kinds of tokens a key consists of, in order, repetitions once."""
    kinds = re.sub(r"\d+", "1", re.sub(r"(?<![\\A-Za-z])[A-Za-z]+", "a", key))
    return re.sub(r"(.{1,8}?)\1+", r"\1", kinds)[:40]


def _make_extraction(fuzzer: Fuzzer) -> Input:
    rng = fuzzer.rng
    text = rng.choice(fuzzer.responses)
    if rng.random() < 0.3:
        box = rng.choice([r"\boxed{%s}", r"\fbox{%s}", "<|begin_of_box|>%s<|end_of_box|>"])
        text += " so " + box.replace("%s", fuzzer.answer())
    if rng.random() < 0.3:
        text = text[: rng.randrange(len(text) + 1)]
    if rng.random() < 0.2:
        text = rng.choice(_MARKERS) + text
    return [hostile.mutate(rng, text, [*_MARKERS, *fuzzer.responses[-50:]])[:8_000]]


_MARKERS = [
    "<think>", "</think>", "assistantfinal", "<|channel|>final", "\n\nProblem: ", "OR", "Wait, ",
    "Part (a)", "The answer is ", "**Answer:** ", "#### ", "Final Answer: ", r"\boxed{",
    r"\boxed 5", r"\fbox{", "\n\n", "If $x=1$, then ", " and the maximum is ", "either ",
    "<|im_end|>", "Your turn",
]  # fmt: skip


def _check_extraction(fuzzer: Fuzzer, given: Input) -> str:
    text = given[0] or ""
    check_box(text[-300:])
    answer = extract(text).answer
    return f"{check_extraction(text)} {_shape(answer or '')[:10]}"


def _make_clusters(fuzzer: Fuzzer) -> Input:
    rng = fuzzer.rng
    answers: Input = [fuzzer.answer() for _ in range(rng.randint(1, 4))]
    tree = truths.tree(rng, 2, rng.choice(["", "x"]))
    answers += [truths.latex(rng, tree) for _ in range(rng.randint(0, 3))]
    texts = [text for text in answers if text is not None]
    answers += [hostile.mutate(rng, rng.choice(texts), texts) for _ in range(rng.randint(0, 3))]
    answers += [rng.choice([None, *answers]) for _ in range(rng.randint(0, 3))]
    rng.shuffle(answers)
    return answers


def _check_clusters(fuzzer: Fuzzer, given: Input) -> str:
    symbolic = fuzzer.checker if fuzzer.rng.random() < 0.05 else None
    ids = check_clusters(given, fuzzer.rng, symbolic)
    return f"{len(set(ids))} of {len(given)}"


TARGETS: dict[str, tuple[Callable[[Fuzzer], Input], Target]] = {
    "equivalence": (_make_equivalence, _check_equivalence),
    "extraction": (_make_extraction, _check_extraction),
    "clusters": (_make_clusters, _check_clusters),
}


# --- seeds --------------------------------------------------------------------------------------


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _answers() -> list[str]:
    pairs = _rows(HERE / "pairs.jsonl") + _rows(DATA / "equivalence_dev.jsonl")
    written = [row[side] for row in pairs for side in ("a", "b")]
    short = [bomb for bomb in hostile.bombs().values() if len(bomb) < 2_000]
    return [*written, *hostile.ANSWERS, *short]


def _responses() -> list[str]:
    written = [row["response"] for row in _rows(DATA / "extraction_dev.jsonl")]
    own = [rf"Thus ${a}$ is the \boxed{{{a}}}." for a in hostile.ANSWERS]
    return [*written, *own, *_MARKERS, r"$x = \boxed{1}$ or $x = \boxed{2}$"]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))

    def hang(number: int, frame: FrameType | None) -> None:
        raise Hanging

    signal.signal(signal.SIGPROF, hang)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fuzz one target or all, and print what was tried and found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cpu-minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=[*TARGETS, "all"], default="all")
    parser.add_argument("--folder", type=Path, required=True, help="for findings")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    _limit()
    fuzzer = Fuzzer(options.seed, options.folder)
    fuzzer.run(options.target, 60 * options.cpu_minutes)
    print(json.dumps({**fuzzer.counts, "corpus": len(fuzzer.answers), "kinds": len(fuzzer.kinds)}))


if __name__ == "__main__":
    main()
