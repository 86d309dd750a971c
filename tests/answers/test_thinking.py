"""The markers around a reasoning model's thoughts."""

import pytest

from sure_math.answers.thinking import after_thinking


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("no thoughts", "no thoughts"),
        ("<think>a</think>b", "b"),
        ("opened by the template</think>b", "b"),
        ("a</think>b</think>", "b</think>"),
        ("<think>a</think>b<think>c</think>d", "bd"),
        ("<think>a <think> b</think>c", "c"),
        ("<|begin_of_thought|>a<|end_of_thought|>b", "b"),
        ("◁think▷a◁/think▷b", "b"),
        ("[THINK]a[/THINK]b", "b"),
        ("<|channel>thought\na<channel|>b", "b"),
        ("analysisWe add.assistantfinalb", "b"),
        (
            "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b",
            "<|message|>b",
        ),
        ("<think>a", None),
        ("<think>a</think>b<think>c", None),
    ],
)
def test_only_text_outside_the_thoughts_is_left(text, outside) -> None:
    assert after_thinking(text) == outside
