"""Which software the footer of a shard names."""

from importlib.metadata import version

from sure_math import __version__
from sure_math.runtime.software import LIBRARIES, software


def test_this_package_and_what_decides_about_answers() -> None:
    found = software({"n": 8})
    assert found["sure-math"] == __version__
    assert found.keys() == {"sure-math", *LIBRARIES}
    assert found["math-verify"] == version("math-verify")


def test_the_engine_of_a_backend_is_named_where_it_was_used() -> None:
    asked = {"judge": {"model": {"backend": "openai", "model": "x"}}, "backend": None}
    assert software(asked) == software({}) | {"openai": version("openai")}
    assert software({"teacher": {"backend": "builtin"}}) == software({})
