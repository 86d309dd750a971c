"""One problem over HTTP: all that the tables hold of it, and nothing of any other."""

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sure_math.answers.equivalence import equivalent
from sure_math.browse.library import open_library
from sure_math.browse.server import BrowseServer
from sure_math.runtime.run import Run
from tests.browse.asking import get, problem, refusal

Row = dict[str, Any]


def rows(*parts: str | Path) -> list[Row]:
    """All rows of the Parquet files in a folder."""
    folder = Path(*parts)
    return [
        row for path in sorted(folder.glob("*.parquet")) for row in pq.read_table(path).to_pylist()
    ]


def of(problem_id: str, found: list[Row], *columns: str, key: str = "problem_id") -> list[Row]:
    mine = [row for row in found if row[key] == problem_id]
    return [{name: row[name] for name in columns} for row in mine] if columns else mine


def as_json(row: Row) -> Row:
    """Seeds are too large for a browser: they come as text."""
    return {k: str(v) if isinstance(v, int) and abs(v) > 2**53 else v for k, v in row.items()}


@pytest.fixture(scope="module")
def everything(server: BrowseServer) -> dict[str, Any]:
    """What the server says of every problem."""
    return {name: problem(server, name) for name in server.library.problems["problem_id"]}


def annotated(server: BrowseServer) -> list[Row]:
    place = server.library.source.place
    return rows(place, "weight" if server.library.source.kind == "run" else "data")


def replies(server: BrowseServer) -> list[Row]:
    place = server.library.source.place
    return rows(place, "cluster" if server.library.source.kind == "run" else "responses")


def test_every_stored_column_is_there(server: BrowseServer, everything: dict[str, Any]) -> None:
    stored = annotated(server)
    assert len(stored) == sum(found["state"] == "annotated" for found in everything.values())
    for row in stored:
        found = everything[row["problem_id"]]["problem"]
        assert {name: found[name] for name in row} == as_json(row)


def test_responses_are_those_of_the_problem_and_share_its_mass(
    server: BrowseServer, everything: dict[str, Any]
) -> None:
    stored = replies(server)
    assert len(stored) == get(server, "api/summary")["responses"]
    columns = ("sample_index", "cluster", "text", "answer", "extract_status", "finish_reason",
               "token_count", "logprob")  # fmt: skip
    for name, found in everything.items():
        given = [{column: row[column] for column in columns} for row in found["responses"]]
        assert given == of(name, stored, *columns)
        for row in found["responses"]:
            assert row["mean_logprob"] == pytest.approx(row["logprob"] / row["token_count"])
        if given:
            assert sum(row["probability"] for row in found["responses"]) == pytest.approx(1)


def test_clusters_hold_their_responses(server: BrowseServer, everything: dict[str, Any]) -> None:
    for row in annotated(server):
        found = everything[row["problem_id"]]
        answered = [each for each in found["clusters"] if each["cluster"] >= 0]
        plain = [{key: each[key] for key in ("answer", "count", "prob")} for each in answered]
        assert plain == row["clusters"]
        by_index = {each["sample_index"]: each for each in found["responses"]}
        for cluster in found["clusters"]:
            members = [by_index[index] for index in cluster["members"]]
            assert len(members) == cluster["count"]
            assert {each["cluster"] for each in members} == {cluster["cluster"]}
            assert sum(each["probability"] for each in members) == pytest.approx(cluster["prob"])
            known = cluster["answer"] is not None and row["answer"] is not None
            right = equivalent(cluster["answer"], row["answer"]) if known else None
            assert cluster["right"] == right
        listed = [index for each in found["clusters"] for index in each["members"]]
        assert sorted(listed) == [*by_index]


def test_the_majority_is_right_where_it_equals_the_verified_answer(
    server: BrowseServer, everything: dict[str, Any]
) -> None:
    listed = {row["problem_id"]: row for row in get(server, "api/problems", limit=500)["rows"]}
    seen = set()
    for row in annotated(server):
        majority, answer = row["majority_answer"], row["answer"]
        if majority is None:
            word = "tie"
        elif answer is None:
            word = "unknown"
        else:
            word = "right" if equivalent(majority, answer) else "wrong"
        assert everything[row["problem_id"]]["majority"] == word
        assert listed[row["problem_id"]]["majority"] == word
        seen.add(word)
    assert seen == {"tie", "unknown", "right", "wrong"}


def test_a_run_tells_what_joined_and_parted_answers(
    run: Run, server: BrowseServer, everything: dict[str, Any]
) -> None:
    whole = server.library.source.kind == "run"
    judged = rows(run.root, "cluster", "judgements") if whole else []
    links = rows(run.root, "cluster", "links") if whole else []
    assert sum(len(found["judgements"]) for found in everything.values()) == len(judged)
    for name, found in everything.items():
        columns = ("a", "b", "forward", "reverse", "equal", "judge")
        assert found["judgements"] == of(name, judged, *columns)
        plain = [
            {key: each[key] for key in ("a", "b", "tier", "equal")}
            for each in (*found["links"], *found["conflicts"])
        ]
        mine = of(name, links, "a", "b", "tier", "equal")
        assert plain == sorted(mine, key=lambda link: not link["equal"])
        for link in (*found["links"], *found["conflicts"]):
            assert link["cluster"] in {each["cluster"] for each in found["clusters"]}
        for conflict in found["conflicts"]:
            assert "but " in conflict["chain"]


def test_families_follow_the_parents(server: BrowseServer, everything: dict[str, Any]) -> None:
    for name, found in everything.items():
        nodes = {node["problem_id"]: node for node in found["family"]["nodes"]}
        assert nodes[name]["relation"] == "self"
        above = set()
        parent = found["problem"]["parent_id"]
        while parent is not None:
            above.add(parent)
            parent = nodes[parent]["parent_id"]
        by_relation = {n for n, node in nodes.items() if node["relation"] == "ancestor"}
        assert above <= by_relation <= above | {found["family"]["root_id"]}
        for other in by_relation - {n for n in nodes if not nodes[n]["known"]}:
            back = {n["problem_id"]: n["relation"] for n in everything[other]["family"]["nodes"]}
            assert back[name] == "descendant"
        listed = get(server, "api/problems", root=found["family"]["root_id"], limit=500)
        known = {n for n, node in nodes.items() if node["known"]}
        assert known == {row["problem_id"] for row in listed["rows"]}


def test_a_run_tells_what_became_of_every_problem(
    run: Run, everything: dict[str, Any], server: BrowseServer
) -> None:
    if server.library.source.kind == "release":
        assert {found["state"] for found in everything.values()} == {"annotated"}
        return
    assert {found["state"] for found in everything.values()} == {"annotated", "step", "removed"}
    removed = [row for stage in ("decontaminate", "pool", "weight")
               for row in rows(run.root, stage, "rejects")]  # fmt: skip
    for name, found in everything.items():
        reasons = [each["reason"] for each in found["rejects"]]
        assert reasons == [row["reason"] for row in of(name, removed, key="id")]
        assert (found["state"] == "removed") == (found["reason"] is not None)
        assert (found["reason"] is not None) == bool(reasons)


def test_a_run_tells_what_the_evolver_tried(
    run: Run, everything: dict[str, Any], server: BrowseServer
) -> None:
    whole = server.library.source.kind == "run"
    attempts = rows(run.root, "evolve", "attempts") if whole else []
    evolved = {row["problem_id"]: row for row in (rows(run.root, "evolve") if whole else [])}
    for name, found in everything.items():
        tried: dict[str, list[Any]] = {"made": [], "from": []}
        for each in found["attempts"]:
            tried[each["relation"]].append((each["step_id"], each["attempt"]))
        starts = of(name, attempts, "step_id", "attempt", key="parent_id")
        assert tried["from"] == [tuple(row.values()) for row in starts]
        if name in evolved:
            assert len(tried["made"]) == evolved[name]["attempts"]
            made = [each for each in found["attempts"] if each["relation"] == "made"]
            assert [each["problem"] for each in made if each["reason"] is None] == [
                found["problem"]["problem"]
            ]
            assert found["problem"]["raw_output"] == evolved[name]["raw_output"]
        else:
            assert tried["made"] == []
    assert sum(len(f["problem"].get("validity") or ()) for f in everything.values()) == sum(
        sum(f["votes"].values()) for f in everything.values()
    )


def test_a_problem_whose_twin_was_taken_away_stayed(run: Run, tmp_path: Path) -> None:
    """The same problem came from two chains; the pool took one."""
    copy = Path(shutil.copytree(run.root, tmp_path / "twins"))
    path = copy / "pool" / "rejects" / "part-00000.parquet"
    name = pq.read_table(copy / "weight" / "part-00000.parquet")["problem_id"][0].as_py()
    rejects = pq.read_table(path)
    twin = {"id": name, "reason": "duplicate", "detail": f"of {name}", "raw": "the same"}
    extra = pa.Table.from_pylist([twin], schema=rejects.schema)
    pq.write_table(pa.concat_tables([rejects, extra]), path)
    with BrowseServer(open_library(str(copy), tmp_path)) as server:
        found = problem(server, name)
        assert (found["state"], found["rejects"]) == ("annotated", [])


@pytest.mark.parametrize("name", ["", "nobody", "../../recipe.yaml", "a/b?c#d", "\N{SNOWMAN} %"])
def test_an_unknown_id_is_not_found(server: BrowseServer, name: str) -> None:
    status, reply = refusal(server, "api/problem/" + quote(name, safe=""))
    assert status == 404
    assert reply["error"].startswith(f"no problem {name!r}")


def test_a_run_that_was_only_sampled_shows_its_responses(run: Run, tmp_path: Path) -> None:
    """One shard has answers, the other does not; none is clustered."""
    place = tmp_path / "half"
    shutil.copytree(run.root, place)
    for stage in ("cluster", "weight"):
        shutil.rmtree(place / stage)
    (place / "answers" / "part-00001.parquet").unlink()
    with BrowseServer(open_library(str(place), tmp_path)) as server:
        summary = get(server, "api/summary")
        assert summary["annotated"] == 0
        assert summary["semantic_entropy"] is None
        assert set(summary["missing"]) == {"judgements", "links"}
        assert summary["facets"]["state"]["waiting"] > 0
        stages = {stage["name"]: stage for stage in summary["stages"]}
        assert stages["answers"]["done"] == stages["sample"]["done"] - 1
        assert stages["cluster"]["shards"] is None
        answered = set()
        for row in get(server, "api/problems", state="waiting", limit=500)["rows"]:
            found = problem(server, row["problem_id"])
            assert found["clusters"] == []
            assert len(found["responses"]) == 8
            assert {each["cluster"] for each in found["responses"]} == {None}
            answered.add(any(each["answer"] for each in found["responses"]))
        assert answered == {True, False}


def test_a_run_that_was_not_weighted_shows_its_clusters(
    run: Run, tmp_path: Path, everything: dict[str, Any]
) -> None:
    place = tmp_path / "clustered"
    shutil.copytree(run.root, place)
    shutil.rmtree(place / "weight")
    with BrowseServer(open_library(str(place), tmp_path)) as server:
        for name, whole in everything.items():
            if whole["state"] != "annotated":
                continue
            found = problem(server, name)
            assert found["state"] == "waiting"
            kept = ("cluster", "count", "members")
            assert [[c[k] for k in kept] for c in found["clusters"]] == [
                [c[k] for k in kept] for c in whole["clusters"]
            ]
            for mine, weighted in zip(found["clusters"], whole["clusters"], strict=True):
                assert mine["prob"] == pytest.approx(weighted["prob"])
