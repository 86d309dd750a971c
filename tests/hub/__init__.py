"""A dataset hub on the loopback, read and written by the real clients.

    with LocalHub() as hub:
        sha = hub.add("own/name", folder, tags=("v1.0.0",))
        HfApi(endpoint=hub.url, token=hub.token).create_repo("own/new", repo_type="dataset")
        subprocess.run([...], env=hub.environment(tmp_path / "home"))

The clients read `HF_ENDPOINT` when they are imported: what has no `endpoint` argument (`datasets`)
runs in a subprocess with `environment`. What is modelled and what is not: docs/test_hub.md.
"""

from tests.hub.accounts import Account
from tests.hub.faults import Failure, Fault
from tests.hub.local import LocalHub
from tests.hub.messages import Request

__all__ = ["Account", "Failure", "Fault", "LocalHub", "Request"]
