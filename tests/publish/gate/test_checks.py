"""How checks are told to people, and what stops a publish."""

import pytest

from sure_math.errors import GateFailed
from sure_math.publish.gate import Check, as_text, require

GOOD = Check("manifest", passed=True, detail="4 files")
BAD = Check("weights", passed=False, detail="1 rows where w_se is negative: a\n1 rows where x: b")


def test_a_line_each_and_what_is_wrong_below() -> None:
    assert as_text([GOOD, BAD]) == (
        "ok      manifest  4 files\n"
        "FAILED  weights\n"
        "        1 rows where w_se is negative: a\n"
        "        1 rows where x: b"
    )
    assert as_text([]) == ""


def test_only_a_whole_release_passes() -> None:
    require([GOOD])
    with pytest.raises(GateFailed) as caught:
        require([GOOD, BAD, BAD], saved="the release in sure-math is as it was")
    text = str(caught.value)
    assert "(2 of 3 checks failed)" in text
    assert text.count("1 rows where w_se is negative: a") == 2
    assert "manifest" not in text
    assert "Saved: the release in sure-math is as it was" in text
