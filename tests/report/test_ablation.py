"""Ablations: runs that differ in one setting, with what it costs and what was held fixed."""

import json
import struct
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sure_math.errors import DataError
from sure_math.report.ablation import ROLLOUTS, SAMPLES, TOP_K, Axis, ablation
from sure_math.report.document import Document, write
from sure_math.report.runs import find_runs
from sure_math.schemas import TRAINING_LOG
from tests.report.by_hand import percent, points
from tests.report.recorded import first, recipe, trained, training

Right = dict[int, tuple[int, ...]]


def rates(right: tuple[int, ...]) -> list[list[float]]:
    return [[1.0] * each + [0.0] * (10 - each) for each in right]


def report(axis: Axis, root: Path) -> Document:
    return ablation(axis, find_runs(root))


def figures(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document.render("json"))["blocks"][0]
    return found


def logged(folder: Path, mass: tuple[float, ...]) -> str:
    folder.mkdir(parents=True)
    rows = [
        {"step": step, "metric": "teacher/topk_mass", "value": value}
        for step, value in enumerate(mass, 1)
    ]
    pq.write_table(TRAINING_LOG.build(rows), folder / "log.parquet")
    return str(folder / "final")


def test_k_with_memory_and_mass(tmp_path: Path) -> None:
    right: Right = {128: (5, 6), 512: (7, 9), 0: (8, 9)}
    memory, mass = {128: 10.5, 512: 12.0, 0: 40.25}, {128: 0.8, 512: 0.9, 0: 1.0}
    for k, counts in right.items():
        for seed, count in enumerate(counts):
            given = recipe("uopd", seed, loss={"top_k": k})
            record = training(given, peak_memory_gib=memory[k] + seed)
            model = logged(tmp_path / f"training/{k}-{seed}", (mass[k] - 0.05, mass[k] + 0.05))
            name = f"evaluations/{k}-{seed}"
            trained(tmp_path, given, first(count), training=record, model=model, name=name)
    document = report(TOP_K, tmp_path)
    found = figures(document)
    assert found["values"] == [128, 512, "all"]
    assert found["figures"]["peak memory (GiB)"] == [11.0, 12.5, 40.75]  # means of two seeds
    assert found["figures"]["top-k mass"] == [0.8, 0.9, 1.0]
    assert found["reference"] == "k = 512"
    text = document.render("text")
    for counts in right.values():
        assert percent(rates(counts)) in text
    assert points(rates(right[0]), rates(right[512])) in text
    assert "UOPD: student Qwen/Qwen3-1.7B, teacher Qwen/Qwen3-8B" in text
    assert "Everything but k is the same." in text


def test_unknown_costs_are_not_invented(tmp_path: Path) -> None:
    for k in (128, 512):
        given = recipe("uopd", loss={"top_k": k})
        record = training(given)
        del record["peak_memory_gib"]
        trained(tmp_path, given, first(k // 100), training=record, name=str(k))
    document = report(TOP_K, tmp_path)
    assert figures(document)["figures"]["top-k mass"] == [None, None]
    assert document.render("text").count("not recorded") == 4


def test_n_compares_to_the_paper_s_value(tmp_path: Path) -> None:
    right: Right = {2: (5,), 8: (7,)}
    for n, (count,) in right.items():
        given = recipe("uopd", weighting={"samples": n})
        record = training(given, mean_weight=0.5 + n / 100)
        trained(tmp_path, given, first(count), training=record, name=f"n{n}")
    trained(tmp_path, recipe("uopd"), first(8))  # all that the dataset has
    found = figures(report(SAMPLES, tmp_path))
    assert found["values"] == [2, 8, "all"]
    assert found["reference"] == "N = 8"
    assert found["figures"]["mean weight"] == [0.52, 0.58, None]


@pytest.mark.parametrize(
    ("prompts", "held"),
    [
        ({1: 128, 4: 128}, "Held fixed while K varies: prompts per step (128)"),
        ({1: 512, 4: 128}, "Held fixed while K varies: sequences per step (512)"),
        ({1: 256, 4: 128}, "Held fixed while K varies: neither prompts nor sequences per step"),
    ],
)
def test_rollouts_say_what_was_held_fixed(
    prompts: dict[int, int], held: str, tmp_path: Path
) -> None:
    for k, each in prompts.items():
        given = recipe("uopd", rollout={"k": k}, optimization={"prompts_per_step": each})
        record = training(given, generated_tokens=1000 * k)
        trained(tmp_path, given, first(4 + k), training=record, name=f"K{k}")
    document = report(ROLLOUTS, tmp_path)
    assert held in document.render("text")
    found = figures(document)["figures"]
    assert found["tokens generated"] == [1000, 4000]
    assert found["sequences per step"] == [k * each for k, each in prompts.items()]
    assert found["steps"] == [40, 40]


def test_methods_and_other_settings_are_groups_of_their_own(tmp_path: Path) -> None:
    for method in ("opd", "uopd"):
        for k in (1, 4):
            trained(tmp_path, recipe(method, rollout={"k": k}), first(4 + k), name=f"{method}{k}")
    trained(tmp_path, recipe("uopd", loss={"top_k": 128}), first(2), name="alone")
    document = report(ROLLOUTS, tmp_path)
    headings = [block["heading"].split(":")[0] for block in document.data["blocks"]]
    assert headings == ["Standard OPD", "UOPD"]
    assert all("alone" not in folder for folder in document.data["folders"])


def test_nothing_that_varies_says_what_there_is(tmp_path: Path) -> None:
    trained(tmp_path, recipe("uopd"), first(7))
    with pytest.raises(DataError, match=r"differ in k alone \(only k = 512\)") as refused:
        report(TOP_K, tmp_path)
    assert "--set loss.top_k" in str(refused.value.hint)


def test_picture(tmp_path: Path) -> None:
    for k in (128, 512, 0):
        for method in ("opd", "uopd"):
            given = recipe(method, loss={"top_k": k})
            trained(tmp_path / "runs", given, first(5), name=f"{method}{k}")
    written = write(report(TOP_K, tmp_path / "runs"), tmp_path / "out")
    assert [path.name for path in written] == [
        "ablation-k.txt", "ablation-k.md", "ablation-k.json", "ablation-k.tex", "ablation-k.png"
    ]  # fmt: skip
    head = (tmp_path / "out" / "ablation-k.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (1160, 600)  # accuracy and memory
