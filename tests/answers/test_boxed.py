import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sure_math.answers.boxed import extract, extract_answer
from sure_math.answers.boxes import plain_boxes

DEV = Path(__file__).resolve().parents[3] / "shared" / "data" / "extraction_dev.jsonl"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"so $\boxed{42}$.", "42"),
        (r"\boxed{1}, no: the answer is \boxed{2}.", "2"),
        (r"$$\boxed{\frac{1}{\sqrt{2}}}$$", r"\frac{1}{\sqrt{2}}"),
        (r"\fbox{7}", "7"),
        (r"\boxed 5", "5"),
        (r"$\boxed 42.$", "42"),
        ("\\boxed\n {12}", "12"),
        (r"\\boxed{12}", "12"),
        (r"\boxed{\boxed{5}}", "5"),
        (r"\boxed{x = \boxed{3}}", "x = 3"),
        (r"\boxed{\left\{ x : x>0 \right\}}", r"\left\{ x : x>0 \right\}"),
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
        (r"\boxed{\begin{pmatrix} 1 \\ 2 \end{pmatrix}}", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"),
        (r"\boxed{5} and then \boxed{}", "5"),
        (r"\boxed{5} as asked: \boxed{[answer]}", "5"),
        (r"\boxed{3} then } a stray brace { and \boxed{4$ is open.", "3"),
        (r"\boxed{42 is open, \boxed{43} is not", "43"),
        ("<|begin_of_box|>C<|end_of_box|>", "C"),
        (r"<|begin_of_box|>\boxed{2 < 3}<|end_of_box|>", "2 < 3"),
        ("<think>maybe \\boxed{7}</think> \\boxed{8}", "8"),
        (r"答案是 \boxed{12}。", "12"),
    ],
)
def test_the_last_complete_box(text, answer) -> None:
    assert extract_answer(text) == answer
    assert extract(text).status == "boxed"


@pytest.mark.parametrize(
    "question",
    [
        "Problem: and 2 + 2?\nSolution:",
        "**Question:** and 2 + 2?",
        "Q: and 2 + 2?\nA:",
        "### Instruction:\nAdd 2 and 2.",
        "# Question\nAnd 2 + 2?",
        "User: and 2 + 2?\n\nAssistant:",
        "<|im_end|>\n<|im_start|>user\nand 2 + 2?<|im_end|>",
        "Now it's your turn!\nWhat is 2 + 2?",
        "Now is your turn. The question is: 2 + 2?",
        "Please solve the following problem: 2 + 2",
        "Here is a new question: 2 + 2?",
    ],
)
def test_a_base_model_that_runs_on_to_a_new_question(question) -> None:
    run_on = f"Problem: what is 1 + 1?\nSolution: $\\boxed{{2}}$.\n\n{question} $\\boxed{{4}}$"
    assert extract_answer(run_on) == "2"
    assert extract_answer(run_on.removesuffix("}$")) == "2"
    text = f"The answer is 2.\n\n{question} The answer is 4."
    assert extract(text, fallbacks=["the_answer_is"]).answer == "2"


@pytest.mark.parametrize(
    ("text", "finish_reason", "status"),
    [
        ("", "stop", "empty_response"),
        (" \n", "stop", "empty_response"),
        ("", "length", "truncated"),
        ("The answer is 5.", "stop", "no_box"),
        ("The answer is 5", "length", "truncated"),
        (r"\boxed{}", "stop", "empty_box"),
        (r"$\boxed{\ \text{ } \quad}$", "stop", "empty_box"),
        (r"\boxed{your answer here}", "stop", "placeholder"),
        (r"\boxed{\text{[answer]}} \boxed{...}", "stop", "placeholder"),
        (r"\boxed{\frac{1}{2", "stop", "unclosed_box"),
        (r"First \boxed{4}, but in fact \boxed{\frac{1}{2", "length", "truncated"),
        (r"First \boxed{4}, but in fact \boxed{\frac{1}{2", "stop", "unclosed_box"),
        (r"\boxed{x = \boxed{4}, y =", "length", "truncated"),
        (r"\boxed{\phantom{00}}", "stop", "empty_box"),
        (r"<think>\boxed{5}", "stop", "unclosed_thinking"),
        (r"<think>\boxed{5}</think>", "stop", "empty_response"),
        (r"<think>a</think>\boxed{5}<think>", "stop", "unclosed_thinking"),
        (r"\framebox{9}", "stop", "no_box"),
    ],
)
def test_no_answer_says_why(text, finish_reason, status) -> None:
    found = extract(text, finish_reason=finish_reason)
    assert found.answer is None
    assert found.status == status


def test_a_complete_box_before_a_cut_tail_is_the_answer() -> None:
    assert extract(r"\boxed{6} 观测 garbage", finish_reason="length").answer == "6"


def test_fallbacks_are_off_by_default_and_named_in_the_status() -> None:
    text = "We find x. The answer is: 12.\n#### 13"
    assert extract(text).answer is None
    assert extract(text, fallbacks=["the_answer_is"]).answer == "12"
    found = extract(text, fallbacks=["hashes", "the_answer_is"])
    assert (found.answer, found.status) == ("13", "hashes")
    assert extract(text + r" \boxed{14}", fallbacks=["hashes"]).status == "boxed"


@pytest.mark.parametrize(
    "line",
    [
        "Final answer: $42$",
        "**Answer:** $42$",
        "**Final Answer: $42$**",
        "### Final Answer:\n$42$.",
        "Answer: [answer]\nAnswer: $42$",
    ],
)
def test_the_line_that_says_final_answer(line) -> None:
    found = extract(f"We add.\n\n{line}\n", fallbacks=["final_answer"])
    assert (found.answer, found.status) == ("$42$", "final_answer")


_LATEX = st.recursive(
    st.sampled_from(
        ["x", "12", r"\frac", r"\{", r"\}", r"\\", r"\sqrt", "-", " ", "é", r"\left(", r"\right)"]
    ),
    lambda inner: st.lists(inner, max_size=4).map(lambda parts: "{" + "".join(parts) + "}"),
    max_leaves=12,
)
_CONTENT = st.lists(_LATEX, max_size=5).map(lambda parts: ("7" + "".join(parts)).strip())
_PROSE = st.text(st.characters(exclude_characters="\\{}<[#◁▷", exclude_categories=["Cs"]))
_MARKERS = st.sampled_from(
    [
        ("<think>", "</think>"),
        ("", "</think>"),
        ("<thinking>", "</thinking>"),
        ("<|begin_of_thought|>", "<|end_of_thought|>\n\n<|begin_of_solution|>"),
        ("[THINK]", "[/THINK]"),
        ("◁think▷", "◁/think▷"),
        (
            "<|channel|>analysis<|message|>",
            "<|end|><|start|>assistant<|channel|>final<|message|>",
        ),
    ]
)


@given(_CONTENT, _CONTENT, _PROSE, _PROSE, _MARKERS)
def test_the_answer_of_a_response_made_for_it(content, decoy, before, after, markers) -> None:
    opening, closing = markers
    thinking = f"{opening}{before} \\boxed{{{decoy}}} {after}{closing}"
    assert extract_answer(f"{thinking}{before} \\boxed{{{content}}} {after}") == content
    assert extract_answer(f"\\boxed{{{decoy}}}. Wait, no: \\boxed{{{content}}}") == content
    assert extract_answer(f"{thinking} {after}") is None


@given(_CONTENT, _CONTENT, _PROSE, _MARKERS, st.booleans())
def test_a_response_cut_anywhere_never_gives_an_earlier_box(
    content, decoy, prose, markers, nested
) -> None:
    opening, closing = markers
    thinking = f"{opening or '<think>'}\\boxed{{{decoy}}}{closing}"
    written = f"\\boxed{{{content}}}" if nested else content
    start = f"{thinking}{prose} \\boxed{{"
    response = f"{start}{written}}} {prose}"
    for cut in range(len(response) + 1):
        found = extract(response[:cut], finish_reason="length")
        assert found.answer == (content if cut > len(start) + len(written) else None)
        if cut >= len(start) and not nested:
            assert extract_answer(response[:cut]) == found.answer


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            [
                *[r"\boxed", r"\fbox", "{", "}", "\\", "$", "5", "x", " or ", "<think>", "\n"],
                *[r"\boxed{", r"\{", "<|begin_of_box|>", "<|end_of_box|>", "####", "answer is"],
                *["</think>", r"\frac", r"\boxed{7}", " and the sum is ", "\n(a) ", "\n(b) ", "="],
                *["Problem:", "[THINK]", "\x00", "\ud800", "\u202e", r"\\", "If ", ". "],
            ]
        )
    ).map("".join)
)
@example("\nFinal answer: <|begin_of_box|>\n# Question\n")
@example(r"\boxed{\boxed 3If }\boxed{7} and \boxed{8\phantom{<|end_of_box|><|end_of_box|>")
def test_never_raises_and_returns_what_stands_in_the_text(text) -> None:
    found = extract(text, fallbacks=["the_answer_is", "final_answer", "hashes"])
    again = extract(text, finish_reason="length", fallbacks=["the_answer_is"])
    for one in (found, again):
        if one.answer is not None:
            assert one.answer == one.answer.strip() != ""
            assert _in_order(one.answer.replace(", ", ""), text + plain_boxes(text))
            assert one.status in _FOUND
        else:
            assert one.status not in _FOUND


_FOUND = ("boxed", "the_answer_is", "final_answer", "hashes")


def _in_order(characters: str, text: str) -> bool:
    """Whether the characters stand in the text in this order."""
    position = 0
    for character in characters:
        position = text.find(character, position) + 1
        if position == 0:
            return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        "{" * 100_000 + r"\boxed{5}" + "}" * 100_000,
        r"\boxed{" * 150_000,
        r"\boxed{" * 100_000 + "5" + "}" * 100_000,
        r"\boxed{1}" * 100_000,
        r"\boxed{1} or " * 10_000 + r"\boxed{2}",
        "\n".join(rf"(a) \boxed{{{number}}}" for number in range(10_000)),
        "\\" * 1_000_000,
        r"\boxed" + " " * 1_000_000,
        r"\boxed{the" + "_" * 1_000_000 + "x}",
        r"\boxed{" + "{ " * 500_000 + "x}",
        r"\boxed{7}" + " and" * 250_000 + r"\boxed{8}",
        r"\boxed{7}" + "\n#" * 500_000 + r"\boxed{8}",
        r"\boxed{7}" + " " * 1_000_000 + r"\boxed{8}",
        r"\boxed{" + "\n" * 1_000_000,
        "answer is" * 100_000 + " " * 100_000,
        "answer:" + " " * 1_000_000,
        "answer:\n" * 100_000,
        "#" * 1_000_000,
        "<|begin_of_box|>" * 100_000,
        "<think>" * 150_000,
        "<think></think>" * 70_000,
        "</think>" * 120_000,
        "[THINK]</think>" * 70_000,
        r"\boxed{" + "5" * 1_000_000 + "}",
        "$" * 1_000_000,
        "}" * 1_000_000,
        "plain words " * 90_000,
        "\x00\u202e\ud800" * 300_000 + "\\boxed{\x00\u202e\ud800}",
    ],
    ids=range(28),
)
def test_hostile_text_takes_linear_time(text) -> None:
    found = extract(text, fallbacks=["the_answer_is", "final_answer", "hashes"])
    assert found.answer is None or _in_order(found.answer.replace(", ", ""), plain_boxes(text))


@pytest.mark.skipif(not DEV.exists(), reason="labelled development data not present")
def test_level_on_labelled_responses() -> None:
    rows = [json.loads(line) for line in DEV.read_text().splitlines()]
    # The labels were compared without white space.
    right = sum(_bare(extract_answer(row["response"])) == _bare(row["expected"]) for row in rows)
    assert right >= 344, f"{right} of {len(rows)}"


def _bare(answer: str | None) -> str | None:
    return None if answer is None else "".join(answer.split())
