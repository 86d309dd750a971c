"""A run as text: the table, the stages, and one problem from its seed to its clusters."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from sure_math.errors import DataError, JudgeUnfit
from sure_math.pipeline import STAGE_NAMES, STAGES, execute, open_run, select
from sure_math.recipes import load_recipe
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run
from sure_math.summary import run_summary, show_problem, status_table
from sure_math.text_table import table
from tests.backends.scripted_server import Answer, Body, ScriptedServer, dice, prompt_of
from tests.finished_run import finish
from tests.roles import on_controls, respond, write_recipe

GARDEN = (
    "In the garden behind the old school grow {} trees and {} shrubs, and a caretaker waters each "
    "of them on every morning of the week before the first lesson. How many plants does he water?"
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("summary")
    with ScriptedServer(respond) as server:
        path = write_recipe(folder, server.base_url, seeds=4)
        made = open_run(load_recipe(str(path)), folder / "runs")
        execute(made, STAGES, Partition())
    return made


def test_columns_are_aligned_and_numbers_stand_to_the_right() -> None:
    text = table(
        ("name", "count", "share"),
        [("a", 5, "0.5"), ("long\nname", 1234567, "12.25"), ("none", 0, "-1")],
    )
    assert text.splitlines() == [
        "name           count  share",
        "---------  ---------  -----",
        "a                  5    0.5",
        "long name  1,234,567  12.25",
        "none               0     -1",
    ]


def test_an_empty_table_has_its_head() -> None:
    assert table(("a", "bc"), []).splitlines() == ["a  bc", "-  --"]


def test_every_stage_is_listed_with_its_counts(run: Run) -> None:
    lines = status_table(run).splitlines()
    assert tuple(line.split()[0] for line in lines[2:]) == STAGE_NAMES
    found = {line.split()[0]: line.split()[1:] for line in lines[2:]}
    for name in STAGE_NAMES:
        footers = run.store(name).scan()
        rows = sum(footer.rows for footer in footers.values())
        rejected = run.store(name).read_side("rejects").num_rows
        assert found[name][:3] == [f"{len(footers)}/{len(footers)}", f"{rows:,}", str(rejected)]
    assert int(found["sample"][3].replace(",", "")) == sum(
        run.store("sample").read_all()["token_count"].to_pylist()
    )
    reasons = Counter(run.store("evolve").read_side("rejects")["reason"].to_pylist())
    listed = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
    assert next(line for line in lines if line.startswith("evolve")).endswith(listed)


def test_uncertainty_by_tier_once_everything_is_weighted(run: Run, tmp_path: Path) -> None:
    text = run_summary(run)
    entropies = run.store("weight").read_all()["semantic_entropy"].to_pylist()
    assert f"max {max(entropies):.3f}" in text
    tiers = {row["tier"] for row in run.store("weight").read_all().to_pylist()}
    last = text.split("\n\n")[-1].splitlines()[2:]
    assert [line.split()[0] for line in last] == sorted(tiers)
    assert sum(int(line.split()[1]) for line in last) == len(entropies)
    fresh = open_run(run.recipe, tmp_path)
    execute(fresh, select(None, "plan"), Partition())
    assert "semantic entropy" not in run_summary(fresh)
    assert "0/?" in run_summary(fresh)


def test_one_problem_from_seed_to_clusters(run: Run) -> None:
    rows = run.store("weight").read_all().to_pylist()
    row = max(rows, key=lambda each: each["round"])
    text = show_problem(run, row["problem_id"])
    assert row["round"] > 1
    lineage = text.split("lineage\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[1] for line in lineage] == [str(n) for n in range(row["round"] + 1)]
    assert lineage[0].split()[2] == "seed"
    assert row["problem"] in lineage[-1]
    for cluster in row["clusters"]:
        assert cluster["answer"] in text
        assert f"{cluster['prob']:.4f}" in text
    assert f"semantic entropy {row['semantic_entropy']:.4f} nats" in text
    assert "verified answer: none" in text
    samples = text.split("end of the response")[1].split("\n\n")[0].splitlines()[2:]
    assert len(samples) == 8


def test_the_most_uncertain_problem_is_shown_by_default(run: Run) -> None:
    rows = run.store("weight").read_all().to_pylist()
    highest = max(row["semantic_entropy"] for row in rows)
    assert f"semantic entropy {highest:.4f} nats" in show_problem(run, None)


def test_judgements_are_shown_where_there_are_any(run: Run) -> None:
    judged = {row["problem_id"] for row in run.store("cluster").read_side("judgements").to_pylist()}
    others = set(run.store("weight").read_all()["problem_id"].to_pylist()) - judged
    assert judged
    assert "answer a" in show_problem(run, min(judged))
    for problem_id in others:
        assert "the judge was not needed" in show_problem(run, problem_id)


def test_merges_are_shown_with_their_tier(run: Run) -> None:
    merged = [link for link in run.store("cluster").read_side("links").to_pylist() if link["equal"]]
    assert {"canonical", "judge"} <= {link["tier"] for link in merged}
    for link in merged[:20]:
        merges = show_problem(run, link["problem_id"]).split("merges\n")[1].split("\n\n")[0]
        assert f"{link['a']} = {link['b']} ({link['tier']})" in merges


def test_status_says_how_the_judge_did(run: Run) -> None:
    counts = Counter[str]()
    for footer in run.store("cluster").scan().values():
        counts.update(footer.stats)
    text = run_summary(run)
    assert "judge scripted: 32 of 32 control questions right (judge), yes rate 50%" in text
    assert f"judge calls {counts['judge_calls']}, verdicts reused 0" in text
    assert f"of them by the judge {counts['merged_judge']}" in text
    assert "NOT FIT" not in text


def test_an_unfit_judge_stops_the_run_and_status_says_why(tmp_path: Path) -> None:
    def agreeing(body: Body, index: int) -> Answer:
        judging = body["messages"][0]["content"].startswith("Task: judge")
        return Answer("yes") if judging else respond(body, index)

    with ScriptedServer(agreeing) as server:
        path = write_recipe(tmp_path, server.base_url, seeds=4, evolve={"enabled": False})
        made = open_run(load_recipe(str(path)), tmp_path / "runs")
        with pytest.raises(JudgeUnfit, match="said yes to every one of 32 control questions"):
            execute(made, STAGES, Partition())
        judged = [b for b in server.bodies if "Task: judge" in b["messages"][0]["content"]]
        assert len(judged) == 32
        text = run_summary(made)
        assert "NOT FIT: it said yes to every one of 32 control questions" in text
        tolerant = open_run(load_recipe(str(path), ["cluster.controls=report"]), tmp_path / "runs")
        with pytest.warns(UserWarning, match="its verdicts would mean nothing"):
            execute(tolerant, STAGES, Partition())
    assert "NOT FIT" in run_summary(tolerant)
    assert "judge calls" in run_summary(tolerant)


def test_conflicts_are_shown_pair_by_pair(tmp_path: Path) -> None:
    """Three words, the first equal to both others, which are not equal to each other."""

    def contradict(body: Body, index: int) -> Answer:
        task = body["messages"][0]["content"].splitlines()[0]
        if task == "Task: solve":
            return Answer(f"\\boxed{{\\text{{{('ant', 'bee', 'cat')[index % 3]}}}}}")
        known = on_controls(prompt_of(body))
        pair = "ant" not in prompt_of(body).split("Answer A: ")[1]
        return Answer("no" if known is False or (known is None and pair) else "yes")

    with ScriptedServer(contradict) as server:
        made = finish(tmp_path, server)
    (text,) = {
        show_problem(made, row["problem_id"]).split("conflicts\n")[1]
        for row in made.store("weight").read_all().to_pylist()
    }
    a, b, c = (f"\\text{{{word}}}" for word in ("ant", "bee", "cat"))
    assert text == f"  {b} = {a} (judge), {a} = {c} (judge), but {b} != {c} (judge)"
    assert made.store("weight").read_all()["conflicts"].to_pylist() == [1] * 8


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Votes on every problem, and a judge who takes every third one for the benchmark's."""
    folder = tmp_path_factory.mktemp("judged")
    (folder / "bench.jsonl").write_text(json.dumps({"q": GARDEN.format(3, 4)}))
    bench = {"name": "bench", "adapter": "table", "path": str(folder / "bench.jsonl")}

    def suspicious(body: Body, index: int) -> Answer:
        task, text, rng = body["messages"][0]["content"], prompt_of(body), dice(body, index)
        if task.startswith("Strategy"):
            problem = GARDEN.format(rng.randrange(10, 99), rng.randrange(10, 99))
            return Answer(f"<problem>Let $k = 1$. {problem}</problem>")
        if task.startswith("Task: judge sameness") and GARDEN[:30] in text:
            return Answer("yes" if sum(map(int, re.findall(r"\d+", text))) % 3 == 0 else "no")
        return respond(body, index)

    with ScriptedServer(suspicious) as server:
        path = write_recipe(
            folder,
            server.base_url,
            seeds=16,
            evolve={
                "validity_votes": 3,
                "max_tokens": 400,
                "quota": {"competition": 1},
                "keep": "all",
            },
            decontaminate={"judge": True, "evaluation_sets": [{**bench, "problem_column": "q"}]},
        )
        made = open_run(load_recipe(str(path)), folder / "runs")
        execute(made, STAGES, Partition())
    return made


def test_votes_and_verdicts_are_shown(judged: Run) -> None:
    rows = judged.store("weight").read_all().to_pylist()
    row = next(r for r in rows if len(set(r["validity"])) > 1)
    text = show_problem(judged, row["problem_id"])
    most, count = Counter(row["validity"]).most_common(1)[0]
    assert f"the judge's votes: {most} {count}, " in text
    assert "checked against bench, held-out test" in text
    verdicts = judged.store("decontaminate").read_side("verdicts").to_pylist()
    kept = {v["problem_id"]: v for v in verdicts if v["decision"] == "kept"}
    shown = next(r["problem_id"] for r in rows if r["problem_id"] in kept)
    line = show_problem(judged, shown).split("swapped?")[1].splitlines()[2]
    assert line.split()[1:3] == ["bench", kept[shown]["item"]]
    assert line.split()[-4:] == [f"{kept[shown]['score']:.2f}", "no", "no", "kept"]


def test_a_problem_without_annotation_says_why(judged: Run) -> None:
    lost = judged.store("decontaminate").read_side("rejects").to_pylist()
    by_judge, inherited = (
        next(r for r in lost if r["reason"] == reason) for reason in ("eval_judge", "eval_lineage")
    )
    text = show_problem(judged, by_judge["id"])
    assert f"not annotated: eval_judge in decontaminate ({by_judge['detail']})" in text
    assert text.splitlines()[-1].split()[-3:] == ["yes", "yes", "blocked"]
    text = show_problem(judged, inherited["id"])
    assert "not annotated: eval_lineage in decontaminate" in text
    assert "  lineage  " in text.splitlines()[-1]
    surplus = judged.store("pool").read_side("rejects").to_pylist()[0]
    text = show_problem(judged, surplus["id"])
    assert f"not annotated: {surplus['reason']} in pool ({surplus['detail']})" in text
    seed = judged.store("plan").read_all()["root_id"].to_pylist()[0]
    assert "not annotated: a seed, from which others are made" in show_problem(judged, seed)


def test_steps_of_a_chain_and_waiting_problems_say_what_they_are(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        path = write_recipe(tmp_path, server.base_url, seeds=4, evolve={"max_tokens": 400})
        made = open_run(load_recipe(str(path)), tmp_path / "runs")
        execute(made, select(None, "pool"), Partition())
    rows = made.store("evolve").read_all().to_pylist()
    ends = {row["kept"]: row["problem_id"] for row in rows}
    assert "a later one goes to the teacher" in show_problem(made, ends[False])
    assert "the teacher has not been asked yet" in show_problem(made, ends[True])


def test_what_is_not_there_is_an_error(run: Run, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no problem 'nonsense'"):
        show_problem(run, "nonsense")
    with pytest.raises(DataError, match="nothing is annotated yet"):
        show_problem(open_run(run.recipe, tmp_path), None)
