from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sure_math.seeds.dedup import deduplicate
from sure_math.seeds.rows import SeedRow


def row(number: int, problem: str, answer: str | None = None, license_id: str = "mit") -> SeedRow:
    return SeedRow(
        id=f"d:default:train:{number}",
        source="s",
        problem=problem,
        answer=answer,
        answer_source=None if answer is None else "source",
        license=license_id,
        revision=None,
        level=None,
        domain=None,
        flags=(),
    )


def test_different_numbers_are_different_problems() -> None:
    rows = [row(1, "Find 3 + 4."), row(2, "Find 3 + 5."), row(3, "Find 3 - 4."), row(4, "Find 34.")]
    assert deduplicate(rows).kept == rows


def test_an_answer_beats_a_licence_and_a_licence_an_id() -> None:
    no_answer = row(1, "Find $x$.", None, "apache-2.0")
    share_alike = row(2, "find x", "5", "cc-by-nc-sa-4.0")
    unlisted = row(3, "Find  x.", "5", "my-licence")
    permissive = row(4, "Find $x$", "5", "mit")
    later = row(5, "Find $x$", "5", "mit")
    kept, rejects, _ = deduplicate([no_answer, later, share_alike, unlisted, permissive])
    assert kept == [permissive]
    assert {r.reason for r in rejects} == {"duplicate"}
    assert {r.detail for r in rejects} == {f"of {permissive.id}"}
    assert deduplicate([unlisted, replace(share_alike, license="unknown")]).kept == [unlisted]


def test_answers_in_other_words_do_not_contradict() -> None:
    rows = [row(1, "Find x.", r"\frac{1}{2}"), row(2, "Find x.", "1/2"), row(3, "Find x.", "0.5")]
    assert deduplicate(rows).kept == rows[:1]


def test_contradicting_answers_drop_the_whole_group() -> None:
    rows = [row(1, "Find x.", "3"), row(2, "Find $x$.", "4"), row(3, "Find x", None)]
    kept, rejects, conflicts = deduplicate([*rows, row(4, "Find y.", "1")])
    assert [r.problem for r in kept] == ["Find y."]
    assert [(r.reason, r.detail, r.raw) for r in rejects] == [
        ("label_conflict", "answers: 3 | 4", one.problem) for one in rows
    ]
    assert conflicts == [rows]


def test_near_texts_with_one_answer_are_one_problem() -> None:
    text = "A farmer has 12 cows and 7 goats on a meadow behind the old mill near the river. "
    asked = "How many animals does the farmer have on his meadow in all?"
    rows = [row(1, text + asked, "19"), row(2, text.replace("old", "red") + asked, "19")]
    assert deduplicate(rows).kept == rows
    kept, rejects, _ = deduplicate(rows, near=0.6)
    assert kept == rows[:1]
    assert [(r.reason, r.detail) for r in rejects] == [("near_duplicate", f"of {rows[0].id}")]
    other = [rows[0], replace(rows[1], answer="20")]
    assert deduplicate(other, near=0.6).kept == other


TEXTS = st.sampled_from(["Find x.", "find $x$", "Find y.", "FIND Y", "Find 3.", "Find -3."])
ANSWERS = st.sampled_from([None, "1", "2"])
LICENSES = st.sampled_from(["mit", "apache-2.0", "unknown", "other"])


@given(st.lists(st.tuples(TEXTS, ANSWERS, LICENSES), max_size=8), st.randoms())
def test_the_result_does_not_depend_on_the_order(
    drawn: list[tuple[str, str | None, str]], rng: st.DataObject
) -> None:
    rows = [row(number, *fields) for number, fields in enumerate(drawn)]
    shuffled = list(rows)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = deduplicate(rows), deduplicate(shuffled)
    assert {r.id for r in one.kept} == {r.id for r in other.kept}
    assert one.rejects == other.rejects
    assert one.conflicts == other.conflicts
    assert len(one.kept) + len(one.rejects) == len(rows)
    assert [r.id for r in other.kept] == [r.id for r in shuffled if r in one.kept]
