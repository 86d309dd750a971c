"""The public names are a promise, and every one of them is documented."""

import inspect

import sure_math

PROMISED = {
    "BackendError",
    "BackendUnavailable",
    "ConfigChanged",
    "ConfigError",
    "DataError",
    "PublishError",
    "SemanticEntropy",
    "StageError",
    "SureMathError",
    "__version__",
    "cluster_answers",
    "equivalent",
    "extract_answer",
    "load_dataset",
    "semantic_entropy",
}


def test_names_are_those_promised() -> None:
    assert set(sure_math.__all__) == PROMISED
    assert set(dir(sure_math)) == PROMISED
    for name in PROMISED:
        assert getattr(sure_math, name) is not None


def test_every_name_is_documented() -> None:
    for name in PROMISED - {"__version__"}:
        assert inspect.getdoc(getattr(sure_math, name)), name


def test_signatures_of_the_design() -> None:
    parameters = inspect.signature(sure_math.semantic_entropy).parameters
    assert list(parameters)[:4] == ["cluster_ids", "logprobs", "token_counts", "answers"]
    assert list(inspect.signature(sure_math.extract_answer).parameters) == ["text"]
    assert list(inspect.signature(sure_math.equivalent).parameters) == ["a", "b"]
    clusters = list(inspect.signature(sure_math.cluster_answers).parameters)
    assert clusters == ["answers", "judge", "linkage"]
    names = ["name", "config", "split", "revision", "streaming"]
    assert list(inspect.signature(sure_math.load_dataset).parameters) == names


def test_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(sure_math, "no_such_name")
