"""Values as text."""

import pytest

from sure_math.publish import card_text


@pytest.mark.parametrize(
    ("filter_name", "value", "text"),
    [
        ("n", 8800, "8,800"),
        ("n", None, "-"),
        ("megabytes", 99_400, "99 kB"),
        ("megabytes", 1_500_000_000, "1,500.0 MB"),
        ("percent", {"value": 0.8375, "low": 0.7, "high": 0.95}, "83.8 % (70 to 95)"),
        ("figure", {"value": 0.8063, "low": 0.7, "high": 0.925}, "0.81 (0.70 to 0.93)"),
        ("counted", {"harder": 3900, "apply": 9}, "harder 3,900, apply 9"),
        ("total", {}, 0),
        ("settings", {"dtype": "auto", "engine_args": {}, "max_len": None}, "`dtype='auto'`"),
        ("settings", {"extra_body": {}}, "-"),
        ("versions", {"polars": "2.1.0", "pyarrow": "26.0.1"}, "polars 2.1.0, pyarrow 26.0.1"),
        ("rows", {"nc": {"train": 1200, "test": 3}}, "nc: train 1,200, test 3"),
    ],
)
def test_filters(filter_name: str, value: object, text: object) -> None:
    assert card_text.FILTERS[filter_name](value) == text
