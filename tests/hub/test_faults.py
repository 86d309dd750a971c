"""Trouble on demand and the log of requests, seen from a bare HTTP client and from the real one."""

import http.client
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError

from tests.hub import Failure, Fault, LocalHub
from tests.hub.talk import talk

Api = Callable[[str | bool], HfApi]


@pytest.fixture
def place(hub: LocalHub, tmp_path: Path) -> str:
    """The address of a file of 1000 bytes."""
    (tmp_path / "a.txt").write_bytes(b"x" * 1000)
    hub.add("own/faults", tmp_path)
    return f"{hub.url}/datasets/own/faults/resolve/main/a.txt"


def test_a_failure_meets_some_requests_and_is_used_up(hub: LocalHub, place: str) -> None:
    hub.fail(r"GET .*/a\.txt", status=503, times=2, skip=1)
    hub.fail(r"GET .*/b\.txt", status=500)
    found = [talk(method, place).status for method in ("GET", "HEAD", "GET", "GET", "GET")]
    assert found == [200, 200, 503, 503, 200]
    assert [request.status for request in hub.asked("a.txt")] == found
    hub.fail(status=500)
    hub.fail(status=502)
    assert [talk("GET", place).status for _ in range(3)] == [500, 500, 500]
    hub.recover()
    assert talk("GET", place).status == 200


def test_an_answer_carries_status_headers_and_body(hub: LocalHub, place: str) -> None:
    hub.fail(status=429, headers={"Retry-After": "7"}, message="slowly", times=1)
    found = talk("GET", place)
    assert (found.status, found.headers["retry-after"]) == (429, "7")
    assert found.json()["error"] == found.headers["x-error-message"] == "slowly"
    hub.fail(status=200, body="<html>A proxy says hello.</html>")
    found = talk("GET", place)
    assert (found.status, found.headers["content-type"]) == (200, "text/html")
    assert found.body.startswith(b"<html>")


def test_a_body_breaks_off(hub: LocalHub, place: str) -> None:
    hub.fail(cut=300)
    with pytest.raises(http.client.IncompleteRead) as raised:
        talk("GET", place)
    assert (len(raised.value.partial), raised.value.expected) == (300, 700)
    assert [request.sent for request in hub.asked("GET")] == [300]


def test_an_answer_is_late(hub: LocalHub, place: str) -> None:
    hub.fail(delay=0.3)
    started = time.monotonic()
    assert talk("GET", place).status == 200
    assert time.monotonic() - started >= 0.3


def test_recovery_ends_waiting(hub: LocalHub, place: str) -> None:
    hub.fail(delay=600, times=1)
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(talk, "GET", place)
        while hub.failures.waiting():
            time.sleep(0.01)
        assert not late.done()
        hub.recover()
        assert late.result(timeout=30).status == 200


@pytest.mark.parametrize("after", [False, True])
def test_a_connection_closes_before_or_after_the_work(
    after: bool, hub: LocalHub, api: Api, repo: str
) -> None:
    hub.fail(r"POST .*/tag/", drop=True, after=after)
    place = f"{hub.url}/api/datasets/{repo}/tag/main"
    with pytest.raises(http.client.RemoteDisconnected):
        talk("POST", place, {"tag": "v1"}, token=hub.token)
    tags = api(hub.token).list_repo_refs(repo, repo_type="dataset").tags
    assert [tag.name for tag in tags] == ["v1"] * after
    assert [request.status for request in hub.asked("/tag/")] == [0]


def test_a_hub_may_repeat_the_token_in_its_message(hub: LocalHub, api: Api, repo: str) -> None:
    hub.fail("/commit/", status=400, message="no commit for {authorization}")
    with pytest.raises(HfHubHTTPError, match=f"no commit for Bearer {hub.token}"):
        api(hub.token).create_commit(
            repo, [CommitOperationAdd("a", b"a")], commit_message="a", repo_type="dataset"
        )


@pytest.mark.parametrize("fault", [404, "drop", Failure(status=404, message="gone")])
def test_a_function_chooses_faults(fault: Fault) -> None:
    seen = []

    def choose(method: str, path: str) -> Fault | None:
        seen.append((method, path))
        return fault if path.endswith("v2") else None

    with LocalHub(fault=choose) as hub:
        if fault == "drop":
            with pytest.raises(http.client.RemoteDisconnected):
                talk("GET", f"{hub.url}/api/whoami-v2")
        else:
            assert talk("GET", f"{hub.url}/api/whoami-v2").status == 404
        assert talk("GET", f"{hub.url}/api/whoami", token=hub.token).status == 404
    assert seen == [("GET", "/api/whoami-v2"), ("GET", "/api/whoami")]


def control(hub: LocalHub, method: str, name: str, body: Any = None) -> Any:
    return talk(method, f"{hub.url}/__test__/{name}", body).json()


def test_another_process_makes_faults_and_reads_the_log(hub: LocalHub, place: str) -> None:
    control(hub, "POST", "faults", [{"match": "GET", "status": 500, "times": 1}, {"drop": True}])
    control(hub, "POST", "faults", {"match": "nothing", "delay": 3})
    assert talk("GET", place, token=hub.token).status == 500
    waiting = control(hub, "GET", "faults")
    assert [(each["match"], each["drop"]) for each in waiting] == [("", True), ("nothing", False)]
    control(hub, "DELETE", "faults")
    assert talk("PUT", f"{place}?x=1", b"abc").status == 404
    seen = control(hub, "GET", "log")
    path = place.removeprefix(hub.url)
    assert seen[0] == {
        "method": "GET", "path": path, "query": "", "status": 500, "received": 0,
        "sent": seen[0]["sent"],
    }  # fmt: skip
    assert (seen[1]["query"], seen[1]["received"]) == ("x=1", 3)
    assert hub.token not in str(seen)
    control(hub, "DELETE", "log")
    assert control(hub, "GET", "log") == []
    token = control(hub, "POST", "accounts", {"name": "zoe", "orgs": {"zoo": "admin"}})["token"]
    assert talk("GET", f"{hub.url}/api/whoami-v2", token=token).json()["orgs"][0]["name"] == "zoo"


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("faults", {"when": "now"}, "when"),
        ("faults", {"match": "("}, "unterminated"),
        ("faults", b"{", "Expecting"),
        ("nothing", {}, "no such route"),
    ],
)
def test_a_wrong_order_is_explained(name: str, body: Any, words: str, hub: LocalHub) -> None:
    assert words in control(hub, "POST", name, body)["error"]
    assert control(hub, "GET", "faults") == []
