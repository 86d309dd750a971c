"""Micro-batches of rollouts of like length."""

import torch

from sure_math.train.batches import by_length, trimmed


def batch(prompts: list[int], responses: list[int]) -> dict[str, torch.Tensor]:
    """Rows of these lengths, padded to 6 and to 9; every token is its row's number."""
    rows = torch.arange(1, len(prompts) + 1)[:, None]
    prompt_mask = (torch.arange(6) >= 6 - torch.tensor(prompts)[:, None]).long()
    completion_mask = (torch.arange(9) < torch.tensor(responses)[:, None]).long()
    return {
        "prompt_ids": prompt_mask * rows,
        "prompt_mask": prompt_mask,
        "completion_ids": completion_mask * rows,
        "completion_mask": completion_mask,
        "weights": rows[:, 0] / 10,
        "num_items_in_batch": torch.tensor(4),
    }


def test_padding_in_every_row_is_cut_off() -> None:
    short = trimmed(batch([2, 3], [4, 1]))
    assert short["prompt_ids"].tolist() == [[0, 1, 1], [2, 2, 2]]
    assert short["completion_ids"].tolist() == [[1, 1, 1, 1], [2, 0, 0, 0]]
    assert short["completion_mask"].tolist() == [[1, 1, 1, 1], [1, 0, 0, 0]]


def test_the_longest_come_first_with_all_that_belongs_to_them() -> None:
    parts = by_length([batch([2, 6], [4, 9]), batch([3, 1], [8, 2])])
    assert [part["weights"].tolist() for part in parts] == [
        torch.tensor([0.2, 0.1]).tolist(),
        torch.tensor([0.1, 0.2]).tolist(),
    ]
    assert [part["completion_ids"].shape[1] for part in parts] == [9, 4]
    assert [part["prompt_mask"].sum(1).tolist() for part in parts] == [[6, 3], [2, 1]]
    assert all(part["num_items_in_batch"] == 4 for part in parts)


def test_the_teachers_prompts_are_cut_for_themselves() -> None:
    whole = batch([2, 3], [4, 1])
    whole["teacher_prompt_ids"] = whole["completion_ids"].flip(1)
    whole["teacher_prompt_mask"] = whole["completion_mask"].flip(1)
    assert trimmed(whole)["teacher_prompt_ids"].tolist() == [[1, 1, 1, 1], [0, 0, 0, 2]]
