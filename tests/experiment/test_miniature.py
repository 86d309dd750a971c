"""The miniature experiment for real, smaller: from nothing to its tables."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SMALLER = {
    "models": {},
    "dataset.settings": [
        "seeds.sources=[{name: some, adapter: builtin, tier: easy, cap: 36, use: annotate, "
        "holdout: 12}]",
        "sample.n=4",
    ],
    "settings": ["optimization.draws=16", "optimization.prompts_per_step=8", "saving.every=1"],
    "suite_settings": ["decodings.1.n=2"],
    "curve_suite": "miniature-curve",
    "seeds": [0, 1],
    "arms": [
        {"name": "opd", "settings": ["method=opd"], "curve": True},
        {"name": "uopd", "settings": ["method=uopd"]},
    ],
}


@pytest.mark.engine
@pytest.mark.timeout(900)
def test_from_nothing_to_the_tables(tmp_path: Path) -> None:
    settings = [w for k, v in SMALLER.items() for w in ("--set", f"{k}={json.dumps(v)}")]
    command = [sys.executable, "-m", "sure_math.cli", "reproduce", "miniature", "--jobs", "2"]
    done = subprocess.run(
        [*command, *settings], cwd=tmp_path, env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    root = tmp_path / "experiments" / "miniature"
    table = json.loads((root / "report" / "table1.json").read_text())
    rows = done.stdout.splitlines()
    for method in ("Base", "Standard OPD", "UOPD"):
        assert any(row.startswith(method) for row in rows), done.stdout
    assert table
    assert (root / "report" / "convergence.png").stat().st_size > 10_000
    records = [json.loads(path.read_text()) for path in root.glob("training/*/training.json")]
    assert sorted((r["recipe"]["method"], r["recipe"]["seed"]) for r in records) == [
        ("opd", 0), ("opd", 1), ("uopd", 0), ("uopd", 1),
    ]  # fmt: skip
    draws = {path.parent.name: path.read_bytes() for path in root.glob("training/*/draws.parquet")}
    assert draws["opd-seed0"] == draws["uopd-seed0"] != draws["opd-seed1"]
    again = subprocess.run(
        [*command, *settings], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "training: 4 steps, 4 done before" in again.stderr
