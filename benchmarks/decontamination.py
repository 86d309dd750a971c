"""Which rule finds reworded benchmark items, at what price: `python -m benchmarks.decontamination`.

1. Labelled pairs of a benchmark item and a problem: how many of the reworded items a rule finds,
   and how many sisters (another number, another question) it flags with them.
2. Real sources against real evaluation sets: rows flagged / items hit. True leaks are few, so
   nearly every flag of an n-gram rule is a row lost for nothing.
3. CPU time per 1,000 rows, as a multiple of the 8-gram rule's, all in one run.

Parts 2 and 3 read the seed sources under --data; without them the written pairs remain.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.decontamination_contestants import CONTESTANTS
from sure_math.config import EvaluationSet, SourceConfig
from sure_math.decontaminate.checker import Checked
from sure_math.decontaminate.items import Item
from sure_math.seeds.read import read
from sure_math.seeds.rows import Reject

_ROOT = Path(__file__).parents[1]
_DATA = _ROOT.parent / "shared" / "data"
_AUTHORED = _ROOT / "tests" / "decontaminate" / "pairs.jsonl"
_SOURCES = {
    "ScaleQuest-Math": ("scalequest", "dyyyyyyyy__ScaleQuest-Math", None),
    "NuminaMath-CoT": ("numina_math_cot", "AI-MO__NuminaMath-CoT", None),
    "MATH train": ("math", "EleutherAI__hendrycks_math", "train"),
    "MATH test": ("math", "EleutherAI__hendrycks_math", "test"),
    "Omni-MATH": ("omni_math", "KbsdJames__Omni-MATH", None),
    "OlympiadBench": ("olympiadbench", "Hothan__OlympiadBench", None),
    "AIME 2024": ("aime_2024", "HuggingFaceH4__aime_2024", None),
    "GSM8K train": ("gsm8k", "openai__gsm8k", "train"),
}
_SETS = {
    "MATH-500": (("math_500", "HuggingFaceH4__MATH-500", None),),
    "AIME 2025": (
        ("aime_2025", "MathArena__aime_2025", None),
        ("aime_2025_math_ai", "math-ai__aime25", None),
    ),
    "AMO-Bench": (("amo_bench", "meituan-longcat__AMO-Bench", None),),
    "GSM8K test": (("gsm8k", "openai__gsm8k", "test"),),
}
_WIDTH = max(map(len, CONTESTANTS)) + 2


@dataclass(frozen=True)
class Pair:
    """A benchmark item, a problem, and whether they are one problem."""

    same: bool
    item: Item
    problem: Checked


def written_pairs() -> list[Pair]:
    """The pairs written for the tests."""
    rows = [json.loads(line) for line in _AUTHORED.read_text("utf-8").splitlines()]
    names = ("same", "item", "item_answer", "problem", "answer")
    return [_pair(i, *(row[name] for name in names)) for i, row in enumerate(rows)]


def gold_pairs(data: Path) -> list[Pair]:
    """Pairs of real benchmarks, labelled by hand; none if they are not here."""
    path = data / "contamination_gold.json"
    if not path.exists():
        return []
    rows = json.loads(path.read_text("utf-8"))
    names = ("same_problem", "eval_text", "eval_answer", "source_text", "source_answer")
    return [_pair(i, *(row[name] for name in names)) for i, row in enumerate(rows)]


def _pair(
    number: int, same: bool, item: str, item_answer: str, problem: str, answer: str | None
) -> Pair:
    return Pair(same, Item("pairs", item, item, item_answer), Checked(str(number), problem, answer))


def pair_table(title: str, pairs: Sequence[Pair]) -> Iterator[str]:
    """What each rule finds and wrongly flags."""
    leaks = sum(pair.same for pair in pairs)
    yield f"\n## {title}: {leaks} reworded, {len(pairs) - leaks} sisters"
    yield f"{'rule':<{_WIDTH}}{'found':>8}{'flagged':>9}"
    items = sorted({pair.item for pair in pairs})
    for name, contestant in CONTESTANTS.items():
        flags = contestant(items).flag([pair.problem for pair in pairs])
        flagged = [
            pair.same
            for pair, numbers in zip(pairs, flags, strict=True)
            if items.index(pair.item) in numbers
        ]
        yield f"{name:<{_WIDTH}}{sum(flagged):>8}{len(flagged) - sum(flagged):>9}"


def read_source(data: Path, name: str, limit: int | None) -> list[Checked]:
    """Rows of a source, by id."""
    adapter, folder, split = _SOURCES[name]
    path = str(data / "seeds" / folder)
    config = SourceConfig(
        name=name, adapter=adapter, path=path, split=split, tier="easy", cap=limit
    )
    rows = [row for row in read(config, seed=0) if not isinstance(row, Reject)]
    return sorted(
        (Checked(row.id, row.problem, row.answer) for row in rows), key=lambda r: r.problem_id
    )


def read_set(data: Path, name: str) -> list[Item]:
    """Items of an evaluation set, in all its wordings."""
    found = []
    for adapter, folder, split in _SETS[name]:
        path = str(data / "seeds" / folder)
        config = EvaluationSet(name=f"{name} ({adapter})", adapter=adapter, path=path, split=split)
        rows = [row for row in read(config, seed=0) if not isinstance(row, Reject)]
        found += [Item(config.name, row.id, row.problem, row.answer) for row in rows]
    return sorted(found)


def source_table(data: Path, limit: int | None) -> Iterator[str]:
    """Rows flagged / items hit by each rule, then what one pass over all rows costs."""
    items = sorted(item for name in _SETS for item in read_set(data, name))
    sources = {name: read_source(data, name, limit) for name in _SOURCES}
    rules = {name: contestant(items) for name, contestant in CONTESTANTS.items()}
    seconds = dict.fromkeys(CONTESTANTS, 0.0)
    yield "\n## rows flagged / items hit"
    names = "".join(f"{name:>{max(len(name), 9) + 2}}" for name in rules)
    yield f"{'source':<17}{'rows':>6} {'set':<12}{'items':>5}{names}"
    for source, rows in sources.items():
        flags: dict[str, list[set[int]]] = {}
        for name, rule in rules.items():
            start = time.process_time()
            flags[name] = rule.flag(rows)
            seconds[name] += time.process_time() - start
        for wanted in _SETS:
            of_set = {i for i, one in enumerate(items) if one.evaluation_set.startswith(wanted)}
            cells = "".join(
                f"{_cell(found, of_set):>{max(len(name), 9) + 2}}" for name, found in flags.items()
            )
            yield f"{source:<17}{len(rows):>6} {wanted:<12}{len(of_set):>5}{cells}"
    yield from cost_table(seconds, sum(map(len, sources.values())))


def _cell(flags: Sequence[set[int]], of_set: set[int]) -> str:
    found = [numbers & of_set for numbers in flags]
    return f"{sum(map(bool, found))}/{len(set().union(*found))}"


def cost_table(seconds: Mapping[str, float], rows: int) -> Iterator[str]:
    """CPU time of each rule."""
    yield "\n## CPU time, all sets at once"
    yield f"{'rule':<{_WIDTH}}{'ms / 1,000 rows':>16}{'x ws-8':>8}"
    unit = max(seconds["ws-8 (open-r1)"], 1e-9)
    for name, taken in seconds.items():
        yield f"{name:<{_WIDTH}}{1e6 * taken / max(rows, 1):>16.1f}{taken / unit:>8.2f}"


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=_DATA, help="folder with seeds/")
@click.option("--rows", type=click.IntRange(1), help="at most so many rows per source")
def main(data: Path, rows: int | None) -> None:
    """Print the tables."""
    for line in pair_table("written pairs", written_pairs()):
        click.echo(line)
    gold = gold_pairs(data)
    for line in pair_table("pairs of real benchmarks", gold) if gold else ():
        click.echo(line)
    if not (data / "seeds").is_dir():
        click.echo(f"\nno seed sources under {data}: nothing to count or to time")
        return
    for line in source_table(data, rows):
        click.echo(line)


if __name__ == "__main__":
    main()
