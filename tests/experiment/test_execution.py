"""Commands are run once, side by side within a phase, and a failure says what to do."""

import json
import sys
from pathlib import Path

import pytest

from sure_math.errors import StageError
from sure_math.experiment.execution import Execution
from sure_math.experiment.plan import Phase, Step


def python(name: str, code: str) -> Step:
    return Step(name, (sys.executable, "-c", code))


def appends(path: Path, word: str) -> str:
    return f"open({str(path)!r}, 'a').write({word!r})"


def test_phases_wait_for_each_other_and_nothing_is_done_twice(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    plan = [
        Phase("one", (python("a", appends(trace, "a")), python("b", appends(trace, "a")))),
        Phase("two", (python("c", f"assert open({str(trace)!r}).read() == 'aa'"),)),
    ]
    for _ in range(2):
        Execution(tmp_path / "out", jobs=2).run(plan)
    assert trace.read_text() == "aa"
    record = json.loads((tmp_path / "out" / "steps" / "c.json").read_text())
    assert record["command"] == list(plan[1].steps[0].command)
    assert record["seconds"] >= 0


def test_steps_of_a_phase_run_side_by_side(tmp_path: Path) -> None:
    code = (
        "import pathlib, time; mine, other = map(pathlib.Path, ({0!r}, {1!r})); mine.touch()\n"
        "while not other.exists(): time.sleep(0.01)"
    )
    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    steps = (python("a", code.format(first, second)), python("b", code.format(second, first)))
    Execution(tmp_path / "out", jobs=2).run([Phase("both", steps)])


def test_a_changed_command_is_run_again(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    for word in ("x", "y"):
        Execution(tmp_path / "out", jobs=1).run(
            [Phase("one", (python("a", appends(trace, word)),))]
        )
    assert trace.read_text() == "xy"


def test_what_was_made_and_is_gone_is_made_again(tmp_path: Path) -> None:
    made, trace = tmp_path / "made", tmp_path / "trace"
    code = f"open({str(made)!r}, 'w'); {appends(trace, 'x')}"
    step = Step("a", (sys.executable, "-c", code), made)
    for _ in range(2):
        Execution(tmp_path / "out", jobs=1).run([Phase("one", (step,))])
    assert trace.read_text() == "x"
    made.unlink()
    Execution(tmp_path / "out", jobs=1).run([Phase("one", (step,))])
    assert trace.read_text() == "xx"


def test_a_failure_shows_the_end_of_its_log_and_keeps_what_was_done(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    broken = python("b", "raise SystemExit('no such dataset')")
    later = python("c", appends(trace, "c"))
    plan = [Phase("one", (python("a", appends(trace, "a")), broken)), Phase("two", (later,))]
    with pytest.raises(StageError, match="step b failed with exit code 1") as caught:
        Execution(tmp_path / "out", jobs=1).run(plan)
    assert "no such dataset" in caught.value.message
    assert str(tmp_path / "out" / "logs" / "b.log") in str(caught.value.saved)
    assert trace.read_text() == "a"
    mended = [Phase("one", (plan[0].steps[0], python("b", "pass"))), plan[1]]
    Execution(tmp_path / "out", jobs=1).run(mended)
    assert trace.read_text() == "ac"


def test_a_failure_stops_what_runs_beside_it(tmp_path: Path) -> None:
    slow = python("slow", "import time; time.sleep(300)")
    bad = python("bad", "raise SystemExit(2)")
    with pytest.raises(StageError, match="step bad failed"):
        Execution(tmp_path / "out", jobs=2).run([Phase("one", (slow, bad))])
    assert not (tmp_path / "out" / "steps" / "slow.json").exists()


def test_one_experiment_is_run_by_one_process(tmp_path: Path) -> None:
    inner = (
        "from pathlib import Path; from sure_math.experiment.execution import Execution; "
        f"Execution(Path({str(tmp_path / 'out')!r}), 1).run([])"
    )
    with pytest.raises(StageError, match="another process is running the experiment"):
        Execution(tmp_path / "out", jobs=1).run([Phase("one", (python("again", inner),))])
