"""Votes on new problems: words, seeds and what they decide."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.evolve.validity import (
    _WORDS,
    UNPARSEABLE,
    WELL_POSED,
    ValidityControl,
    ValidityJudge,
    is_rejected,
    judge_content,
)
from sure_math.judging.controls import MIN_ACCURACY, load_controls, read_report
from sure_math.judging.verdicts import last_verdict
from tests.backends.scripted_server import Answer, Body, Respond, ScriptedServer, prompt_of
from tests.one_shard import open_context, served
from tests.roles import right_verdict

WORDS = tuple(_WORDS.groupindex)
SPELLINGS = {
    "well_posed": ("well_posed", "Well-posed", "well posed", "WELLPOSED", r"well\_posed"),
    "contradictory": ("contradictory", "Contradictory"),
    "incomplete": ("incomplete", "INCOMPLETE"),
    "impossible": ("impossible", "Impossible"),
    "not_math": ("not_math", "Not-math", "not mathematics", "not a math", r"not\_math"),
}
DRESSES = ("{}", "**{}**", "`{}`.", "__{}__", "Verdict: {}", r"\boxed{{\text{{{}}}}}", '"{}"\n\n')


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize(("word", "spellings"), SPELLINGS.items())
def test_spellings(word: str, spellings: tuple[str, ...], dress: str) -> None:
    for spelling in spellings:
        assert last_verdict(f"It may be incomplete.\n{dress.format(spelling)}", _WORDS) == word


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The data are fine.",
        "It is ill-posed.",
        "This is not well-posed.",
        "well_posed? No: it isn't **well posed**",
        "It can't be a well-posed",
        "__not well_posed__",
        "incomplete? not incomplete",
        "neither contradictory nor impossible",
        "a contradiction",
        "incompleteness",
        "swell posed",
        "<think>well_posed",
        "We are not mathematically sure",
    ],
)
def test_what_is_no_verdict(text: str) -> None:
    assert last_verdict(text, _WORDS) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It is not clear. incomplete", "incomplete"),
        ("Neither contradictory nor incomplete, so well_posed", "well_posed"),
        ("well_posed at first sight, but a=b=0 is impossible", "impossible"),
        ("<think>not_math</think>\nwell_posed", "well_posed"),
        ("I would rather not.\n\ncontradictory", "contradictory"),
    ],
)
def test_the_last_word_decides(text: str, word: str) -> None:
    assert last_verdict(text, _WORDS) == word


@given(st.text(max_size=300))
def test_any_text_gives_a_word_or_none(text: str) -> None:
    assert last_verdict(text, _WORDS) in {*WORDS, None}


PIECES = ("not", "well", "posed", "_", "-", " ", "math", "n't", "impossible", "\\", "\n", "a", "*")


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_pieces_give_a_word_or_none(text: str) -> None:
    assert last_verdict(text, _WORDS) in {*WORDS, None}


@given(
    st.text(max_size=200).filter(lambda text: "<" not in text),
    st.sampled_from([(word, each) for word, all_ in SPELLINGS.items() for each in all_]),
    st.sampled_from(DRESSES),
)
def test_a_last_line_with_one_word_decides(text: str, said: tuple[str, str], dress: str) -> None:
    word, spelling = said
    assert last_verdict(f"{text}\n{dress.format(spelling)}", _WORDS) == word


def test_one_vote_keeps_a_problem() -> None:
    assert not is_rejected(["incomplete", WELL_POSED, UNPARSEABLE])
    assert is_rejected(["incomplete", "impossible", UNPARSEABLE])
    assert is_rejected([UNPARSEABLE] * 3)
    assert not is_rejected([])


def test_the_shipped_controls_are_balanced_and_asked_once() -> None:
    controls = load_controls("validity", ValidityControl)
    assert 14 <= len(controls) <= 18
    right = Counter(word for control in controls for word in control.right)
    assert right[WELL_POSED] == len(controls) / 2
    assert set(right) == set(WORDS)
    assert len({control.problem for control in controls}) == len(controls)
    for word in WORDS:  # whoever always says the same is below the mark
        assert right[word] / len(controls) < MIN_ACCURACY - 0.1
    for control in controls:
        assert WELL_POSED not in control.right or control.right == (WELL_POSED,)


def vote(
    folder: Path, respond: Respond, problems: dict[str, str], **settings: object
) -> tuple[dict[str, tuple[str, ...]], dict[str, int], list[Body]]:
    """Votes, counters, and what the server was asked."""
    settings = {"validity_votes": 3, "validity_controls": "skip", **settings}
    with ScriptedServer(respond) as server:
        recipe = served(server, evolve=settings)
        with open_context(recipe, folder) as context:
            votes = ValidityJudge(context).vote(problems)
            return votes, dict(context.stats), server.bodies


def test_every_vote_has_a_seed_of_its_own(tmp_path: Path) -> None:
    problems = {"p": "Find 2 + 3.", "q": "Find the number."}

    def respond(body: Body, _: int) -> str:
        return "well_posed" if "2 + 3" in prompt_of(body) else "Incomplete."

    votes, stats, bodies = vote(tmp_path, respond, problems)
    assert votes == {"p": ("well_posed",) * 3, "q": ("incomplete",) * 3}
    assert len({body["seed"] for body in bodies}) == len(bodies) == stats["judge_calls"] == 6
    assert {body["temperature"] for body in bodies} == {0.7}
    assert {body["max_tokens"] for body in bodies} == {1024}
    assert {prompt_of(body) for body in bodies} == {
        f"<problem>\n{text}\n</problem>" for text in problems.values()
    }


def test_seeds_are_fixed_by_the_problem(tmp_path: Path) -> None:
    one, two = (
        {(prompt_of(body), body["seed"]) for body in vote(tmp_path / name, _well, problems)[2]}
        for name, problems in (("1", {"p": "Find 5."}), ("2", {"q": "Find 6.", "x": "Find 5."}))
    )
    assert one < two


def _well(body: Body, index: int) -> str:
    return "well_posed"


def test_votes_may_differ_and_keep_their_order(tmp_path: Path) -> None:
    words = {}

    def respond(body: Body, _: int) -> str:
        return words.setdefault(body["seed"], WORDS[len(words)])

    votes, _, _ = vote(tmp_path, respond, {"p": "Find 5."}, validity_votes=5)
    assert sorted(votes["p"]) == sorted(WORDS)
    again, _, bodies = vote(tmp_path, respond, {"p": "Find 5."}, validity_votes=5)
    assert again == votes
    assert not bodies


def test_what_cannot_be_read_is_asked_again_and_then_no_vote(tmp_path: Path) -> None:
    def respond(body: Body, _: int) -> Answer:
        return Answer("well_posed", "length")

    votes, stats, bodies = vote(tmp_path, respond, {"p": "Find 5."})
    assert votes == {"p": (UNPARSEABLE,) * 3}
    assert is_rejected(votes["p"])
    assert (stats["judge_calls"], stats["unparseable_verdicts"]) == (6, 3)
    assert len({body["seed"] for body in bodies}) == 6


def test_no_votes_and_no_problems_ask_nothing(tmp_path: Path) -> None:
    assert vote(tmp_path, _well, {"p": "Find 5."}, validity_votes=0)[::2] == ({"p": ()}, [])
    assert vote(tmp_path, _well, {}, validity_controls="require")[::2] == ({}, [])


def test_equal_texts_share_their_votes(tmp_path: Path) -> None:
    votes, _, bodies = vote(tmp_path, _well, {"p": "Find 5.", "q": "Find 5."})
    assert votes["p"] == votes["q"] == ("well_posed",) * 3
    assert len(bodies) == 3


def test_a_verdict_of_the_right_kind_passes_the_controls(tmp_path: Path) -> None:
    def respond(body: Body, _: int) -> str:
        right = right_verdict(prompt_of(body)) or "well_posed"
        return {"contradictory": "impossible"}.get(right, right)

    votes, stats, bodies = vote(tmp_path, respond, {"p": "Find 5."}, validity_controls="require")
    assert votes == {"p": ("well_posed",) * 3}
    report = read_report(tmp_path)
    assert report is not None
    assert (report.control_set, report.accuracy, report.order_consistency) == (
        "validity",
        1.0,
        None,
    )
    assert report.rate(WELL_POSED) == 0.5
    assert (len(bodies), stats["judge_calls"]) == (len(report.verdicts) + 3, 3)
    figures = json.loads((tmp_path / "controls.json").read_text())["figures"]
    assert set(figures["rates"]) == set(WORDS)


def test_what_decides_the_verdicts(tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text("Task: judge validity\n<!-- user -->\n{{ problem }}")
    assert judge_content(served(None)) == {}
    contents = [
        judge_content(served(None, evolve={"validity_votes": 3, **settings}))
        for settings in (
            {},
            {"validity_votes": 2},
            {"validity_max_tokens": 9},
            {"validity_prompt": str(own)},
        )
    ]
    assert len({json.dumps(content) for content in contents}) == 4
    same = served(None, evolve={"validity_votes": 3, "validity_controls": "skip"})
    assert judge_content(same) == contents[0]
