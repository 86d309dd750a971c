"""Every failure of a hub is one message of the right class, and no message holds a token."""

import errno
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sure_math.errors import (
    ConfigError,
    HubConflict,
    HubRefused,
    HubUnavailable,
    PublishError,
)
from sure_math.publish.hub.client import Hub, connect
from sure_math.publish.hub.failures import NotThere, scrub
from sure_math.publish.hub.target import Target, open_target
from tests.hub import LocalHub
from tests.publish.hub.publisher import REPO, Publisher, start

# The client uploads by LFS with an argument that its transport has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")

WAITS = (0.01,)


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ({"status": 401}, HubRefused, r"does not accept the token .*\n.*\n.*`hf auth login`"),
        ({"status": 403}, HubRefused, r"does not let this account sign in \(403: scripted fault\)"),
        ({"status": 404}, HubUnavailable, "is no dataset hub"),
        ({"status": 409}, HubConflict, "409"),
        ({"status": 429}, HubUnavailable, "fails or is busy"),
        ({"status": 500}, HubUnavailable, "fails or is busy"),
        ({"status": 503, "body": "<html>down</html>"}, HubUnavailable, r"busy \(503: scripted"),
        ({"drop": True}, HubUnavailable, "does not answer"),
        ({"cut": 10}, HubUnavailable, "does not answer"),
        ({"status": 200, "body": "<html>log in</html>"}, HubUnavailable, "something else than a"),
        ({"status": 200, "body": "[]"}, HubUnavailable, "something else than a hub"),
        ({"status": 200, "body": "{}"}, HubUnavailable, "something else than a hub"),
    ],
)
def test_whatever_a_hub_answers(
    me: Publisher, how: dict[str, object], kind: type[PublishError], words: str
) -> None:
    me.local.fail("whoami", **how)
    with pytest.raises(kind, match=words) as caught:
        open_target(me.hub, Target(REPO))
    assert type(caught.value) is kind
    assert caught.value.saved == "no file at the hub was changed"
    asked = len(me.local.asked("whoami"))
    assert asked == (3 if how.get("status") in (429, 500, 503) or {"drop", "cut"} & set(how) else 1)


def test_a_hub_that_is_busy_for_a_moment(me: Publisher) -> None:
    me.local.fail("whoami", status=503, times=2)
    assert me.hub.sign_in()["name"] == "own"


def test_a_hub_that_asks_for_a_long_wait_is_not_waited_for(me: Publisher) -> None:
    me.local.fail("whoami", status=429, headers={"Retry-After": "3600"})
    with pytest.raises(HubUnavailable):
        me.hub.sign_in()
    assert len(me.local.asked("whoami")) == 1


@pytest.mark.parametrize("route", ["preupload", "objects/batch", "/commit/"])
def test_nor_does_the_client_sleep_for_it(me: Publisher, release: Path, route: str) -> None:
    me.local.fail(route, status=429, headers={"Retry-After": "86400"})
    with pytest.raises(HubUnavailable, match=r"is busy and asks to wait 86,400 s") as caught:
        me.publish(release)
    assert caught.value.hint is not None
    assert caught.value.hint.endswith("it goes on where it was")
    me.local.recover()
    assert me.publish(release).sent > 0


def test_a_hub_that_is_not_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    for place in (host, "nowhere.invalid"):
        with pytest.raises(HubUnavailable, match=f"cannot sign in: {place} does not answer"):
            connect(f"http://{place}", "hf_scripted", waits=WAITS).sign_in()


@pytest.mark.parametrize("address", ["hub", "ftp://hub", "http://", "https:///x"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(ConfigError, match="is no web address"):
        connect(address, "hf_scripted")


def test_the_wrong_token_and_none(local: LocalHub, tmp_path: Path) -> None:
    with pytest.raises(HubRefused, match="does not accept the token"):
        connect(local.url, "hf_wrong_one", waits=WAITS).sign_in()
    nobody = start(local, tmp_path, tmp_path, HF_TOKEN="")
    said, _ = nobody.communicate()
    assert nobody.returncode == HubRefused.exit_code
    assert "no token for 127.0.0.1 was found" in said
    assert "`hf auth login`" in said


def test_what_is_hidden_looks_like_what_is_not_there(me: Publisher) -> None:
    with pytest.raises(NotThere, match=r"cannot list the files of own/none at main: it is not at"):
        me.hub.files("own/none", "main")


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (ConnectionError("client error"), HubUnavailable, "does not answer: client error"),
        (RuntimeError("shard upload failed"), HubUnavailable, "does not answer: shard upload"),
        (TimeoutError("timed out"), HubUnavailable, "does not answer: timed out"),
        (PermissionError("token refresh: 403"), HubRefused, "does not let None send"),
        (ConnectionError("HTTP status client error (403 Forbidden)"), HubRefused, "403 Forbidden"),
        (OSError(errno.ENOSPC, "No space left on device"), PublishError, "No space left"),
        (FileNotFoundError(errno.ENOENT, "No such file", "x"), PublishError, "No such file.*'x'"),
        (ValueError("LFS batch API returned errors"), PublishError, "cannot send: LFS batch"),
        (KeyError("commitOid"), HubUnavailable, "something else than a hub does"),
    ],
)
def test_errors_that_are_no_answers(
    me: Publisher, error: Exception, kind: type[PublishError], words: str
) -> None:
    def call() -> None:
        raise error

    with pytest.raises(kind, match=words) as caught:
        me.hub.ask("send", call, saved="much")
    assert type(caught.value) is kind
    assert caught.value.saved == "much"


def test_a_bug_of_ours_is_not_blamed_on_the_hub(me: Publisher) -> None:
    with pytest.raises(ZeroDivisionError):
        me.hub.ask("count", lambda: 1 // 0)


# --- tokens ---------------------------------------------------------------------------------------

TOKEN = "hf_scripted"
ROUTES = [
    "whoami", "GET /api/datasets/own/sums$", "auth-check", "refs", "repos/create", "validate-yaml",
    "PUT .*/settings", "commit/", "POST .*/tag/", "tree/v1.0.0",
]  # fmt: skip


def behind(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that a traceback or a debugger can reach from it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("status", [401, 403, 412])
def test_a_server_that_repeats_the_token(
    me: Publisher, release: Path, route: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    me.local.fail(route, status=status, message="you sent {authorization}")
    with pytest.raises(PublishError) as caught:
        me.publish(release, tag="v1.0.0", gated="auto")
    said = [*map(repr, behind(caught.value)), str(caught.value), *me.said, caplog.text]
    assert not [line for line in said if TOKEN in line]
    assert {type(error).__module__ for error in behind(caught.value)} == {"sure_math.errors"}


@pytest.mark.parametrize("route", ["commit/", "xorbs", "preupload"])
def test_no_token_on_the_terminal(
    local: LocalHub, release: Path, tmp_path: Path, route: str
) -> None:
    local.fail(route, status=403, message="you sent {authorization}")
    how = {"HF_HUB_DISABLE_XET": ""} if route == "xorbs" else {}
    process = start(local, tmp_path / "home", release, HF_DEBUG="1", **how)
    said, _ = process.communicate()
    assert process.returncode in (HubRefused.exit_code, HubUnavailable.exit_code)
    assert "DEBUG" in said
    assert TOKEN not in said


def test_what_is_scrubbed() -> None:
    text = (
        "Bearer abc.def-1, authorization: 'Basic dXNlcg==' hf_ABCDEFGH https://s3/x?sig=1&a=b "
        "my=secret hf_hub"
    )
    assert scrub(text, "my=secret") == (
        "Bearer ***, authorization: 'Basic ***' hf_*** https://s3/x *** hf_hub"
    )


def test_a_hub_does_not_show_its_token(me: Publisher) -> None:
    assert repr(me.hub) == f"Hub({me.hub.host})"
    assert TOKEN not in repr(me.hub)
    with_password = Hub(connect("http://ada:pass@127.0.0.1:1", TOKEN).api, TOKEN, WAITS)
    assert with_password.host == "127.0.0.1:1"
