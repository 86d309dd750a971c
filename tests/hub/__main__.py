"""`python -m tests.hub`: the hub as a process of its own, for any project."""

import argparse
import threading
from pathlib import Path

from tests.hub import LocalHub

_HINTS = """\
# plain LFS instead of Xet: export HF_HUB_DISABLE_XET=1
# log and faults: {url}/__test__/log, {url}/__test__/faults"""


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.hub", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 = a free one")
    parser.add_argument("--folder", type=Path, help="serve the folders owner/name below it")
    parser.add_argument("--state", type=Path, help="keep what is pushed in this folder")
    parser.add_argument("--user", default="own", help="the user who may write")
    parser.add_argument("--token", default="hf_scripted", help="that user's token")
    given = parser.parse_args()
    hub = LocalHub(
        given.folder, token=given.token, user=given.user, state=given.state, port=given.port
    )
    with hub:
        print(hub.url)
        print(f"export HF_ENDPOINT={hub.url}")
        print(f"export HF_TOKEN={hub.token}")
        print('export HF_HOME="$(mktemp -d)"')
        print(_HINTS.format(url=hub.url), flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
