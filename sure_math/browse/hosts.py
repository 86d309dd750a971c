"""Which names a server goes by: a page elsewhere must not reach it under a name of its own."""

import ipaddress
import socket


def is_named(header: str, host: str, port: int) -> bool:
    """Whether a Host header means a server that listens on this host and port.

    One that listens to a network has many addresses, so it answers to every name that is one.
    """
    header = header.strip().lower()
    name, separator, given = header.rpartition(":")
    if not separator or given.endswith("]"):  # no port
        name, given = header, "80"
    name = name.removeprefix("[").removesuffix("]")
    if given != str(port):
        return False
    if name in {"localhost", "127.0.0.1", "::1", host.lower()}:
        return True
    return _is_everywhere(host) and (_is_address(name) or name == socket.gethostname().lower())


def bracketed(host: str) -> str:
    """The host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def _is_everywhere(host: str) -> bool:
    return not host or (_is_address(host) and ipaddress.ip_address(host).is_unspecified)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
