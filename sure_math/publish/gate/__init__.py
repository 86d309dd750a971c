"""The gate: checks that a release folder is what it says, before it is sent and after it is got.

    checks = examine(folder)     # one `Check` each; a bad release never raises
    require(checks)              # GateFailed if any failed

`verify` does the same for a release that somebody else made, here or on a hub.
"""

from sure_math.publish.gate.checks import Check, as_text, require
from sure_math.publish.gate.examine import examine
from sure_math.publish.gate.verify import verify

__all__ = ["Check", "as_text", "examine", "require", "verify"]
