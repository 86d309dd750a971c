"""Host headers: a server answers to its own names and to no other."""

import socket

import pytest

from sure_math.browse.hosts import bracketed, is_named


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("127.0.0.1:8000", "127.0.0.1"),
        ("localhost:8000", "127.0.0.1"),
        ("LOCALHOST:8000", "127.0.0.1"),
        ("[::1]:8000", "::1"),
        ("10.0.0.7:8000", "10.0.0.7"),
        ("big.example.org:8000", "big.example.org"),
        ("192.168.1.9:8000", "0.0.0.0"),
        ("[fe80::1]:8000", "::"),
        (f"{socket.gethostname()}:8000", "0.0.0.0"),
    ],
)
def test_own_names(header: str, host: str) -> None:
    assert is_named(header, host, 8000)


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("evil.example:8000", "127.0.0.1"),
        ("evil.example:8000", "0.0.0.0"),
        ("127.0.0.1.evil.example:8000", "127.0.0.1"),
        ("localhost.evil.example:8000", "0.0.0.0"),
        ("127.0.0.1:8001", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("192.168.1.9:8000", "127.0.0.1"),
        ("[::1]", "::1"),
        ("", "127.0.0.1"),
        (":8000", "127.0.0.1"),
        ("localhost:8000:8000", "127.0.0.1"),
    ],
)
def test_other_names(header: str, host: str) -> None:
    assert not is_named(header, host, 8000)


def test_a_header_without_port_means_port_80() -> None:
    assert is_named("localhost", "127.0.0.1", 80)
    assert is_named("[::1]", "::1", 80)


def test_addresses_with_colons_stand_in_brackets() -> None:
    assert bracketed("::1") == "[::1]"
    assert bracketed("127.0.0.1") == "127.0.0.1"
