"""Benchmarks run and print every figure; what they compare with is what it says it is."""

import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.answers_golds import golds
from benchmarks.answers_workload import REGIMES, Problem, paper_calls, simulate
from benchmarks.decontamination_contestants import CONTESTANTS, common_subsequence
from benchmarks.reupload import CONTESTANTS as WRITERS
from benchmarks.reupload_workload import Entry, Release, edits
from sure_math.decontaminate.checker import Checked
from sure_math.decontaminate.items import Item

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
AUTHORED = ROOT / "benchmarks"  # a folder without sources
FOLDERS = [AUTHORED] + [DATA] * (DATA / "seeds").is_dir()


@pytest.mark.parametrize("data", FOLDERS, ids=["authored", "real"][: len(FOLDERS)])
@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.name)
def test_a_string_never_stands_for_two_values(regime, data):
    problems, _ = simulate(regime, 400, 1, data)
    for problem in problems:
        classes: dict[str, set[int | None]] = {}
        for answer, label in zip(problem.answers, problem.truth, strict=True):
            classes.setdefault(str(answer), set()).add(label)
        assert all(len(found) == 1 for found in classes.values()), problem


@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.name)
def test_regimes_ask_the_paper_judge_about_as_often_as_they_aim_to(regime):
    problems, origin = simulate(regime, 3000, 0, AUTHORED)
    assert origin == "authored"
    assert paper_calls(problems) == pytest.approx(regime.paper_calls, rel=0.2)


def test_the_easy_regime_is_mostly_unanimous():
    problems, _ = simulate(REGIMES[0], 3000, 0, AUTHORED)
    assert sum(len(p.labels()) == 1 for p in problems) / 3000 == pytest.approx(0.88, abs=0.02)


def test_the_same_seed_gives_the_same_problems():
    first, second = (simulate(REGIMES[2], 50, 3, AUTHORED) for _ in range(2))
    assert first == second
    assert first != simulate(REGIMES[2], 50, 4, AUTHORED)


def test_authored_reference_answers_are_many_and_distinct():
    school, contest, origin = golds(AUTHORED)
    assert origin == "authored"
    assert len(school) == len(set(school)) > 100
    assert len(contest) == len(set(contest)) > 80


def test_pairs_are_those_of_distinct_answers():
    problem = Problem(("1", "2", "1", None, "x"), (0, 1, 0, None, 2))
    assert problem.pairs() == [("1", "2"), ("1", "x"), ("2", "x")]


def test_one_run_prints_every_ratio():
    options = ["--problems", "4", "--regime", "hard", "--data", str(AUTHORED)]
    command = [sys.executable, "-m", "benchmarks.answers", *options]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^## (\w+), (\w+)", out, re.M) == [("hard", "authored")]
    for demand in (
        "CPU, all pairs / ours",
        "CPU, strings first / ours",
        "judge calls, ours / paper's rule",
        "p99 per problem, ms",
        "pairs judged wrongly",
        "mean |dH|, nats",
    ):
        assert re.search(rf"^{re.escape(demand)} +[\d.]+ .*met$", out, re.M), out
    assert re.search(r"^floor: ours is [\d,]+ x one pass", out, re.M)


ITEM = "Find the sum of all positive integers n for which n plus one divides ninety nine times n."
FLAGGED = {
    "a copy": (ITEM.upper(), {"ws-8 (open-r1)", "tok-8", "tok-10", "ws-13", "tok-13", "equal"}),
    "nine words": ("Is the sum of all positive integers n for", {"ws-8 (open-r1)", "tok-8"}),
    "seven words": ("Is the - sum of all positive - integers n for", {"tok-8"}),
    "nothing": ("How many legs do four dogs have?", set()),
}  # fmt: skip


@pytest.mark.parametrize("name", FLAGGED)
def test_contestants_flag_what_their_rules_say(name):
    problem, flagged = FLAGGED[name]
    rules = {rule: made([Item("set", "1", ITEM)]) for rule, made in CONTESTANTS.items()}
    said = {rule for rule, made in rules.items() if made.flag([Checked("1", problem)]) == [{0}]}
    grams = {"ws-8 (open-r1)", "tok-8", "tok-10", "ws-13", "tok-13", "equal"}
    assert said & grams == flagged


def test_common_subsequences_are_counted():
    assert common_subsequence("abcbdab", "bdcaba") == 4
    assert common_subsequence("", "abc") == common_subsequence("abc", "") == 0
    assert common_subsequence("xyz", "abc") == 0


@pytest.mark.parametrize("data", FOLDERS, ids=["authored", "real"][: len(FOLDERS)])
def test_decontamination_prints_every_rule(data):
    command = [sys.executable, "-m", "benchmarks.decontamination", "--rows", "40"]
    command += ["--data", str(data)]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for rule in CONTESTANTS:
        assert re.search(rf"^{re.escape(rule)} +\d+ +\d+$", out, re.M), out
    assert (data == AUTHORED) == ("no seed sources" in out)
    if data != AUTHORED:
        assert re.search(r"^MATH test +40 MATH-500 +\d+( +\d+/\d+){10}$", out, re.M), out
        assert re.search(r"^ours +[\d.]+ +[\d.]+$", out, re.M), out


@pytest.mark.parametrize("found", [True, False])
def test_detectors_print_both_tables(tmp_path, found):
    """A small set in a source's layout, and two labelled statements."""
    folder = tmp_path / "seeds" / "openai__gsm8k" / "main"
    labelled = tmp_path / "labelled.jsonl"
    if found:
        folder.mkdir(parents=True)
        rows = {"question": ["What is 2+3?", "Prove that 2+3=5."], "answer": ["#### 5"] * 2}
        for split in ("train", "test"):
            pq.write_table(pa.table(rows), folder / f"{split}-00000-of-00001.parquet")
        labelled.write_text(
            '{"text": "Show that 2 is prime.", "labels": ["proof"]}\n'
            '{"text": "Find the sum of 2 and 3.", "labels": []}\n'
        )
    command = [sys.executable, "-m", "benchmarks.detectors", "--data", str(tmp_path)]
    command += ["--labelled", str(labelled)]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert found == bool(re.search(r"^GSM8K train +2( +[\d.]+){15}$", out, re.M)), out
    assert found == bool(re.search(r"^proof_only +1/1 +100.0% .* 0/1 .* 0/1$", out, re.M)), out
    assert found != ("no public sets here" in out)


def test_scale_runs_every_stage_and_the_short_script_on_the_same_rows():
    options = ["--rows", "300", "--sample", "200", "--shard-rows", "100"]
    command = [sys.executable, "-m", "benchmarks.scale", *options]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    stages = re.findall(r"^(\w+) +([\d,]+) +([\d,]+) +\d+ +[\d,]+ +[\d,]+$", out, re.M)
    counts = {name: (int(kept), int(rejected)) for name, kept, rejected in stages}
    assert list(counts) == ["plan", "evolve", "decontaminate", "pool"]
    assert counts["plan"] == (300, 0)
    assert sum(counts["evolve"]) == 300
    assert sum(counts["decontaminate"]) == counts["evolve"][0]
    assert sum(counts["pool"]) == counts["decontaminate"][0]
    assert re.search(r"^decontaminate +\d+ +[\d.]+ +\d+ +[\d.]+ +[\d.]+$", out, re.M), out
    assert re.search(r"^deduplicate +\d+ +[\d.]+ +\d+ +[\d.]+ +[\d.]+$", out, re.M), out


@pytest.mark.parametrize("data", FOLDERS, ids=["authored", "real"][: len(FOLDERS)])
def test_reupload_prints_bytes_and_ratios_of_every_edit(data):
    command = [sys.executable, "-m", "benchmarks.reupload", "--problems", "60"]
    command += ["--data", str(data), "--file-mb", "0.2", "--row-group-mb", "0.1"]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = re.findall(r"^(\w+) +(\d+) +[\d.]+$", out, re.M)
    assert [name for name, count in files if int(count) > 2] == list(WRITERS)
    lines = re.findall(r"^(\w.*?)((?:  +[\d.]+){3})((?:  +(?:[\d.]+|inf)){2})$", out, re.M)
    names = [name for name, _ in edits(Release([Entry(number) for number in range(60)]))]
    assert [name for name, _, _ in lines] == names * 2
    sent = {name: float(megabytes.split()[0]) for name, megabytes, _ in lines[len(names) :]}
    assert sent["another order"] == 0 < sent["one problem more"] < sent["5 % replaced"]


def test_loss_prints_every_contestant_beside_ours_and_the_floor():
    pytest.importorskip("torch")
    sizes = ["--tokens", "6", "--hidden", "8", "--vocabulary", "5000", "--top-k", "16"]
    command = [sys.executable, "-m", "benchmarks.loss", *sizes, "--device", "cpu"]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^## (\S+ ?\S*),", out, re.M) == ["eq. 7", "divergence"]
    figures = r"( +[\d.]+){7}$"
    for name in ("paper's loop, as printed", "checkpointed, 256 tokens", "ours, top 16"):
        assert re.search(rf"^{re.escape(name)}{figures}", out, re.M), out
    for name in ("TRL's kernel", "Liger's fused JSD"):
        assert re.search(rf"^{name}({figures}| does not run here: )", out, re.M), out
    assert len(re.findall(rf"^ours{figures}", out, re.M)) == 2
    differences = re.findall(r"^largest relative difference of the \w+: (\S+)$", out, re.M)
    assert len(differences) == 4
    assert all(float(each) < 1e-4 for each in differences)
