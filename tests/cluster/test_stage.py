"""Clustering a shard: rounds of judge questions in batches, and what is written down."""

from pathlib import Path

from sure_math.answers.stage import STAGE as ANSWERS_STAGE
from sure_math.cluster.clustering import MISSING
from sure_math.cluster.stage import STAGE
from sure_math.runtime.stage import ShardResult
from tests.answers import hostile
from tests.backends.scripted_server import Body, ScriptedServer, prompt_of
from tests.one_shard import Row, answered, pooled, response, run_stage, served

# The judge of these tests calls two words equal if they begin with the same letter.
ANSWERS: dict[str, list[str | None]] = {
    "p": ["apple tree", "apple", "banana", None, "apple"],
    "q": ["1/2", "0.5", "\\frac{1}{2}", "2", None],
    "r": ["cherry cake", "cherry", "cherry cake", "cherry", "cherry"],
    "s": [None] * 5,
}


def respond(body: Body, _: int) -> str:
    first, second = (line.split(": ")[1] for line in prompt_of(body).splitlines()[-2:])
    return "yes" if first[0] == second[0] else "no"


def cluster(folder: Path, server: ScriptedServer | None, **settings: object) -> ShardResult:
    rows = [
        answered(identity, index, answer, n_requested=5)
        for identity, answers in ANSWERS.items()
        for index, answer in enumerate(answers)
    ]
    inputs = {"answers": rows, "pool": [pooled(f"Problem {p}", p) for p in ANSWERS]}
    settings = {"controls": "skip", **settings}
    return run_stage(STAGE, served(server, cluster=settings), folder, inputs)


def ids(result: ShardResult) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in result.rows:
        found.setdefault(row["problem_id"], []).append(row["cluster"])
    return found


def judged(result: ShardResult) -> list[Row]:
    return result.side["judgements"]


def test_clusters_and_judgements(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        result = cluster(tmp_path, server)
    assert ids(result) == {
        "p": [0, 0, 1, -1, 0],
        "q": [0, 0, 0, 1, -1],
        "r": [0, 0, 0, 0, 0],
        "s": [-1, -1, -1, -1, -1],
    }
    assert {row["problem_id"] for row in judged(result)} == {"p", "r"}  # numbers need no judge
    by_pair = {frozenset((row["a"], row["b"])): row for row in judged(result)}
    yes = by_pair[frozenset(("apple", "apple tree"))]
    assert (yes["forward"], yes["reverse"], yes["equal"]) == (True, True, True)
    no = by_pair[frozenset(("apple tree", "banana"))]
    assert (no["forward"], no["reverse"], no["equal"]) == (False, None, False)
    assert {row["judge"] for row in judged(result)} == {"scripted"}
    assert result.stats["merged_judge"] == 2
    assert result.stats["conflicts"] == 0


def test_questions_of_all_problems_go_out_side_by_side(tmp_path: Path) -> None:
    """Two calls for every yes, one for every no: nothing is asked twice, nothing is left out."""
    with ScriptedServer(respond) as server:
        result = cluster(tmp_path, server)
    calls = sum(1 if row["reverse"] is None else 2 for row in judged(result))
    assert len(server.requests) == calls == 5
    problems = [prompt_of(body).splitlines()[0][-1] for body in server.bodies]
    assert [set(problems[:2]), set(problems[2:4]), problems[4]] == [{"p", "r"}, {"p", "r"}, "p"]


def test_without_a_judge_open_pairs_stay_apart_and_nothing_is_asked(tmp_path: Path) -> None:
    result = cluster(tmp_path, None, judge=False)
    assert ids(result)["p"] == [0, 1, 2, -1, 1]
    assert ids(result)["q"] == [0, 0, 0, 1, -1]
    assert not judged(result)


def test_the_paper_asks_the_judge_about_every_pair_of_strings(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        result = cluster(tmp_path, server, equivalence="paper")
    pairs = {"p": 3, "q": 6, "r": 1}
    assert {p: sum(row["problem_id"] == p for row in judged(result)) for p in pairs} == pairs
    assert ids(result)["q"] == [0, 1, 2, 3, -1]


def test_conflicting_verdicts_are_counted_on_every_row(tmp_path: Path) -> None:
    """a = b and b = c, but a != c: one cluster under Union-Find, with one conflict."""

    def contradict(body: Body, _: int) -> str:
        pair = {line.split(": ")[1] for line in prompt_of(body).splitlines()[-2:]}
        return "no" if pair == {"a1", "c1"} else "yes"

    rows = [answered("p", index, answer) for index, answer in enumerate(["a1", "b1", "c1"])]
    inputs = {"answers": rows, "pool": [pooled("Which?", "p")]}
    with ScriptedServer(contradict) as server:
        recipe = served(server, cluster={"equivalence": "paper", "controls": "skip"})
        result = run_stage(STAGE, recipe, tmp_path, inputs)
    assert [(row["cluster"], row["conflicts"]) for row in result.rows] == [(0, 1)] * 3
    assert result.stats["conflicts"] == 1
    assert [(r["a"], r["b"], r["tier"], r["equal"]) for r in result.side["links"]] == [
        ("a1", "b1", "judge", True),
        ("b1", "c1", "judge", True),
        ("a1", "c1", "judge", False),
    ]


def test_links_say_what_joined_every_answer(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        result = cluster(tmp_path, server)
    links = [(r["problem_id"], {r["a"], r["b"]}, r["tier"]) for r in result.side["links"]]
    assert ("r", {"cherry", "cherry cake"}, "judge") in links
    assert ("p", {"apple", "apple tree"}, "judge") in links
    assert [tier for problem_id, _, tier in links if problem_id == "q"] == ["canonical"] * 2
    assert len(links) == 4
    assert all(row["equal"] for row in result.side["links"])


def test_complete_linkage_keeps_a_contradiction_apart(tmp_path: Path) -> None:
    """ab = a and ab = b, but a != b."""

    def overlap(body: Body, _: int) -> str:
        first, second = (line.split(": ")[1] for line in prompt_of(body).splitlines()[-2:])
        return "yes" if set(first) & set(second) else "no"

    words = ["ant", "bed", "abed"]
    rows = [answered("p", index, answer) for index, answer in enumerate(words)]
    inputs = {"answers": rows, "pool": [pooled("Which?", "p")]}
    found = {}
    for linkage in ("single", "complete"):
        with ScriptedServer(overlap) as server:
            recipe = served(server, cluster={"linkage": linkage, "controls": "skip"})
            result = run_stage(STAGE, recipe, tmp_path / linkage, inputs)
        found[linkage] = [(row["cluster"], row["conflicts"]) for row in result.rows]
    # "abed" comes first among the keys, so it speaks for the cluster it founds.
    assert found == {"single": [(0, 1)] * 3, "complete": [(0, 0), (1, 0), (0, 0)]}


def test_a_shard_of_nothing_but_hostile_responses_yields_its_rows(tmp_path: Path) -> None:
    """From text to clusters. Parquet stores no lone surrogates, so those are spelt out."""
    texts = [
        text.encode(errors="backslashreplace").decode()
        for text in [*hostile.ANSWERS, *hostile.bombs().values()][::4]
    ]
    rows = [
        response(f"p{at // 16}", at % 16, rf"So it is $\boxed{{{text}}}$.", n_requested=16)
        for at, text in enumerate(texts)
    ]
    settings = {"judge": False, "controls": "skip", "symbolic_seconds": 0.1}
    recipe = served(None, cluster=settings)
    extracted = run_stage(ANSWERS_STAGE, recipe, tmp_path, {"sample": rows}).rows
    assert sum(row["answer"] is not None for row in extracted) > len(texts) // 2
    problems = [pooled(f"Problem {p}", p) for p in {row["problem_id"] for row in rows}]
    result = run_stage(STAGE, recipe, tmp_path, {"answers": extracted, "pool": problems})
    for row in result.rows:
        assert (row["cluster"] == MISSING) == (row["answer"] is None)
