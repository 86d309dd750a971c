"""The report on an evolution as text for a terminal, and as plain values for JSON.

Texts come from a model: what is not printable, terminal escapes above all, is never passed on.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from textwrap import fill, shorten
from typing import Any

from sure_math.proportion import Proportion
from sure_math.report.evolution import STAGES, EvolutionReport, Group, Outlier
from sure_math.report.examples import Example
from sure_math.text_table import table

_WIDTH = 110
_LOSSES = 15
_SHOWN = 5


def as_text(report: EvolutionReport) -> str:
    """The report for people: findings, yields, losses and a few examples, the worst first."""
    parts = [
        f"evolution in {report.origin}, written by {report.evolver}",
        "\n".join(fill(sentence, _WIDTH) for sentence in findings(report)),
        _yields("strategy", report.strategies, report),
        _yields("tier", report.tiers, report),
        _yields("round", report.rounds, report) if len(report.rounds) > 1 else "",
        _losses(report),
        _flags(report),
        _examples(report),
    ]
    return visible("\n\n".join(part for part in parts if part))


def as_json(report: EvolutionReport) -> dict[str, Any]:
    """The report as plain values, with `findings` in words; what is undefined is None."""
    return {"findings": findings(report), **_plain(report)}


def findings(report: EvolutionReport) -> list[str]:
    """What a reader should know first, one sentence or two each."""
    return [
        *_overview(report),
        *map(_accusation, report.outliers),
        *([] if report.outliers else [_acquittal(report)]),
        *_quotas(report),
        *_unfinished(report),
    ]


def _overview(report: EvolutionReport) -> Iterator[str]:
    total = report.total
    done = Proportion(total.first.total - total.given_up, total.first.total)
    retries = f" and {total.retries.total:,} retries" if total.retries.total else ""
    yield (
        f"{total.first.total:,} of {report.planned:,} planned steps tried: {done.count:,} gave a "
        f"problem ({percent(done)}), {total.given_up:,} given up. It took "
        f"{total.first.total:,} first attempts{retries}; first attempts yield "
        f"{percent(total.first)}."
    )
    taken = [
        f"{name} took {sum(total.lost[name].values()):,} ({_listed(total.lost[name].items())})"
        for name in STAGES
        if total.lost[name]
    ]
    later = f"; {', '.join(taken)}" if taken else ""
    chosen = f", the {of_chains(report)}" if of_chains(report) else ""
    yield f"{total.kept:,} problems went on{chosen}{later}. {total.left:,} are left."


def of_chains(report: EvolutionReport) -> str:
    """Which problems went on, where not all did."""
    some = report.keep == "last" and report.total.kept < report.total.accepted
    return "last of each chain" if some else ""


def _accusation(outlier: Outlier) -> str:
    own, others = outlier.own, outlier.others
    if outlier.measure == "first":
        what = f"{own.count:,} of {own.total:,} first attempts gave a problem"
    else:
        what = f"{own.count:,} of {own.total:,} problems were left by the later stages"
    return (
        f"Look at the prompt of {outlier.strategy}: {what} ({percent(own)}), against "
        f"{percent(others)} of the other strategies. It fails by {_listed(outlier.reasons[:3])}."
    )


def _acquittal(report: EvolutionReport) -> str:
    if not report.total.left:
        return (
            "Nothing is left for the teacher. The losses below say why; if they are the same for "
            "all strategies, the evolver or what all prompts share is at fault."
        )
    if len(report.strategies) < 2:
        return "Only one strategy was tried, so there is none to compare it with."
    return (
        "No prompt stands out: no strategy yields clearly less than the others (95 % intervals). "
        "Few attempts make wide intervals."
    )


def _quotas(report: EvolutionReport) -> Iterator[str]:
    tried = {group.name for group in report.tiers}
    short = [
        f"{quota.tier} {quota.reached:,} of {quota.wanted:,}"
        + ("" if quota.tier in tried else " (no step tried: are there seeds?)")
        for quota in report.quotas
        if quota.reached < quota.wanted
    ]
    if short:
        yield f"Below quota: {', '.join(short)}."
    elif report.quotas:
        yield "Every quota is reached."


def _unfinished(report: EvolutionReport) -> Iterator[str]:
    open_stages = [
        f"{each.stage} {each.done} of {each.shards} shards" if each.shards else f"{each.stage} none"
        for each in report.progress
        if not each.complete
    ]
    if open_stages:
        yield f"The run is not finished ({', '.join(open_stages)}); figures are of what is done."


def _yields(key: str, groups: Sequence[Group], report: EvolutionReport) -> str:
    quotas = {quota.tier: quota.wanted for quota in report.quotas} if key == "tier" else {}
    head = (key, "steps", "first yield", "retries", "retry yield", "given up", "kept")
    rows = [
        (
            group.name,
            group.first.total,
            percent(group.first),
            group.retries.total,
            percent(group.retries),
            group.given_up,
            group.kept,
            group.kept - group.left,
            group.left,
            *([quotas.get(group.name, "")] if quotas else []),
            "" if group.weight is None else f"{group.weight:.3f}",
        )
        for group in groups
    ]
    return table((*head, "lost later", "left", *(["wanted"] if quotas else []), "w_se"), rows)


def _losses(report: EvolutionReport) -> str:
    if not report.losses:
        return "Nothing was rejected."
    rows = [
        (loss.strategy, loss.stage, loss.reason, loss.share.count, percent(loss.share))
        for loss in report.losses[:_LOSSES]
    ]
    head = "Losses, worst first: share of a strategy's attempts (evolve) or kept problems (later)"
    more = len(report.losses) - len(rows)
    tail = f"\n... and {more} more (--format json, html)" if more > 0 else ""
    return f"{head}\n\n{table(('strategy', 'stage', 'reason', 'lost', 'share'), rows)}{tail}"


def _flags(report: EvolutionReport) -> str:
    if not report.flags:
        return ""
    rows = [(f.strategy, f.flag, f.share.count, percent(f.share)) for f in report.flags]
    head = "Flags of accepted problems: noticed, not rejected"
    return f"{head}\n\n{table(('strategy', 'flag', 'problems', 'share'), rows)}"


def _examples(report: EvolutionReport) -> str:
    worst = [(loss.strategy, loss.stage, loss.reason) for loss in report.losses[:_SHOWN]]
    first = {(e.strategy, e.stage, e.reason): e for e in reversed(report.examples) if e.reason}
    shown = [_example(first[key]) for key in worst if key in first]
    return "\n\n".join(["An example of each of the worst", *shown]) if shown else ""


def _example(example: Example) -> str:
    attempt = f", attempt {example.attempt}" if example.attempt else ""
    detail = f": {example.detail}" if example.detail else ""
    verb, made = ("made", example.problem) if example.problem else ("wrote", example.raw)
    return (
        f"{example.strategy}, {example.reason}{detail} "
        f"({example.tier}, round {example.round}{attempt})\n"
        f"  from   {shorten(example.parent or '?', 400)}\n"
        f"  {verb:<5}  {shorten(made or '', 400)}"
    )


def percent(share: Proportion) -> str:
    """`35 % [24, 48]`, in more digits where the interval allows; a dash for nothing of nothing."""
    if not share.total:
        return "-"
    spread = share.high - share.low
    digits = 0 if spread > 0.1 else 1 if spread > 0.01 else 2
    value, low, high = (f"{100 * x:.{digits}f}" for x in (share.share, share.low, share.high))
    return f"{value} % [{low}, {high}]"


def visible(text: str) -> str:
    """The text with signs in place of terminal escapes and of marks that turn writing around."""
    return "".join(c if c.isprintable() or c in "\n\t" else _sign(c) for c in text)


def _sign(character: str) -> str:
    if unicodedata.category(character) == "Zs":
        return character
    code = ord(character)
    return chr(0x2400 + code) if code < 32 else f"<U+{code:04X}>"


def _listed(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts)


def _plain(value: Any) -> Any:
    if isinstance(value, Proportion):
        known = {"share": value.share, "low": value.low, "high": value.high} if value.total else {}
        rounded = {name: round(number, 6) for name, number in known.items()}
        empty = dict.fromkeys(("share", "low", "high"))
        return {"count": value.count, "total": value.total, **empty, **rounded}
    if isinstance(value, Group):
        own = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {**own, "attempts": value.attempts, "accepted": value.accepted, "left": value.left}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value
