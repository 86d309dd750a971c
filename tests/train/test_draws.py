"""Which prompts are drawn, and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset

from sure_math.errors import ConfigError, DataError
from sure_math.train.draws import draw, weight
from tests.train.tiny import config

# Of eight samples of equal mass: all alike, 7 + 1, 6 + 2, 4 + 4, 4 + 2 + 2, all different.
SPLITS = ([8], [7, 1], [6, 2], [4, 4], [4, 2, 2], [1] * 8)


def entropy(split: list[int]) -> float:
    p = np.array(split) / sum(split)
    return float(-(p * np.log(p)).sum())


NATS = [entropy(split) for split in SPLITS]
WEIGHTS = [1 - nats / np.log(8) for nats in NATS]
ROWS = Dataset.from_dict({"w_se": WEIGHTS, "semantic_entropy": NATS})


def drawn(folder: Path, data: Dataset = ROWS, **settings: Any) -> list[int]:
    few = {"per_device_train_batch_size": 2, "num_generations": 2}
    return [int(i) for i in draw(data, config(folder, **(few | settings)))]


def test_without_draws_every_row_comes_once(tmp_path: Path) -> None:
    order = drawn(tmp_path)
    assert sorted(order) == list(range(6))
    assert order == drawn(tmp_path)
    assert order != drawn(tmp_path, seed=1)
    assert drawn(tmp_path, shuffle_dataset=False) == list(range(6))


def test_draws_are_with_replacement_and_seeded(tmp_path: Path) -> None:
    order = drawn(tmp_path, draws=6000, seed=5)
    counts = np.bincount(order)
    assert len(order) == 6000
    assert all(900 < count < 1100 for count in counts)
    assert order == drawn(tmp_path, draws=6000, seed=5)
    assert order != drawn(tmp_path, draws=6000, seed=6)
    assert order == drawn(tmp_path, draws=6000, seed=6, data_seed=5)


@pytest.mark.parametrize(
    ("tau", "unit", "kept"),
    [
        (0.3, "normalized", [0, 1, 2]),
        (0.5, "normalized", [0, 1, 2, 3, 4]),
        (0.3, "nats", [0]),
        (0.5, "nats", [0, 1]),
        (0.0, "nats", [0]),
        (NATS[4], "nats", [0, 1, 2, 3, 4]),
    ],
)
def test_the_filter_keeps_entropies_up_to_tau(
    tmp_path: Path, tau: float, unit: str, kept: list[int]
) -> None:
    settings = {"weighting": "binary", "tau": tau, "tau_unit": unit}
    assert sorted(drawn(tmp_path, **settings)) == kept
    many = drawn(tmp_path, draws=500, **settings)
    assert len(many) == 500
    assert set(many) == set(kept)


def test_exactly_tau_is_kept_though_it_was_stored_as_fp32(tmp_path: Path) -> None:
    stored = [float(np.float32(w)) for w in WEIGHTS]
    data = Dataset.from_dict({"w_se": stored})
    assert sorted(drawn(tmp_path, data, weighting="binary", tau=0.5)) == [0, 1, 2, 3, 4]


def test_the_sampler_draws_in_proportion_to_the_weight(tmp_path: Path) -> None:
    counts = np.bincount(drawn(tmp_path, weighting="sampler", draws=20_000), minlength=6)
    expected = 20_000 * np.array(WEIGHTS) / sum(WEIGHTS)
    assert np.abs(counts - expected).max() < 300
    assert counts[5] == 0


def test_only_soft_weighting_weighs_the_loss(tmp_path: Path) -> None:
    row = {"w_se": 0.25}
    assert weight(row, config(tmp_path)) == 0.25
    for other in ("binary", "uniform", "sampler"):
        assert weight(row, config(tmp_path, weighting=other, draws=4)) == 1.0


def test_uniform_weighting_needs_no_weights(tmp_path: Path) -> None:
    assert len(drawn(tmp_path, ROWS.remove_columns("w_se"), weighting="uniform")) == 6


@pytest.mark.parametrize(
    ("settings", "data", "message"),
    [
        ({"weighting": "binary", "tau_unit": "nats"}, {"w_se": [1.0]}, "no column 'semantic_ent"),
        ({"weighting": "binary", "tau": 0.1}, {"w_se": [0.5, 0.2]}, "no row has an entropy of 0.1"),
        ({"weighting": "sampler", "draws": 4}, {"w_se": [0.0, 0.0]}, "all 2 weights in 'w_se' are"),
        ({}, {"w_se": ["high", "low"]}, "does not hold numbers"),
        ({}, {"w_se": [0.5, -0.1]}, r"1 of 2 values .* row 1: -0.1"),
        ({"weighting": "sampler", "draws": 4}, {"w_se": [0.5, None]}, "row 1: nan"),
        ({"num_generations": 1}, {"w_se": [0.5]}, "one step takes 2 prompts, but there are 1"),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(
    tmp_path: Path, settings: dict[str, Any], data: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        drawn(tmp_path, Dataset.from_dict(data), **settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weighting": "hard"}, "weighting is 'hard', but is one of soft, binary"),
        ({"weighting": "sampler"}, "draws is 0"),
        ({"tau": -0.1}, "tau is -0.1, but must be 0 or more"),
        ({"loss_temperature": 0.0}, "loss_temperature is 0.0, but must be above 0"),
        ({"beta": 1.0}, "beta is 1.0"),
        ({"rollout_engine": "builtin", "use_vllm": True}, "use_vllm is set"),
        ({"rollout_engine": "builtin", "top_k": 20}, "top_k is 20, but the builtin engine"),
        ({"num_generations": 3}, "does not divide the 8 rollouts of a step"),
    ],
)
def test_settings_are_checked(tmp_path: Path, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        config(tmp_path, **settings).prompts_per_step  # noqa: B018


def test_trl_users_may_say_use_vllm(tmp_path: Path) -> None:
    assert config(tmp_path, use_vllm=True).rollout_engine == "vllm"
    assert config(tmp_path, rollout_engine="vllm").use_vllm
    assert not config(tmp_path).use_vllm
