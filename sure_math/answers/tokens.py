"""The tokens of a canonical key, and the cursor of the parser over them."""

import re


class Unreadable(Exception):
    """Not in the language of the parser, or ambiguous in it."""


_TOKEN = re.compile(
    r"\s+|(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<command>\\(?:[A-Za-z]+|.))|(?P<letters>[A-Za-z]+|ℤ)"
    r"|(?P<other>.)",
    re.DOTALL,
)


class Tokens:
    """Tokens of one key in order, each with its kind: number, command, letters or other."""

    def __init__(self, text: str) -> None:
        self._tokens = [
            (match.lastgroup, match[0]) for match in _TOKEN.finditer(text) if match.lastgroup
        ]
        self._at = 0

    def expect_end(self) -> None:
        """Everything must have been read.

        Raises:
            Unreadable: something is left.
        """
        if self._at != len(self._tokens):
            raise Unreadable

    def _kind(self, ahead: int = 0) -> str | None:
        at = self._at + ahead
        return self._tokens[at][0] if 0 <= at < len(self._tokens) else None

    def _peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at][1] if 0 <= at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        if not token:
            raise Unreadable
        self._at += 1
        return token

    def _accept(self, token: str) -> bool:
        if self._peek() != token:
            return False
        self._at += 1
        return True

    def _expect(self, token: str) -> None:
        if not self._accept(token):
            raise Unreadable

    def _split_letters(self) -> None:
        """Put the run of letters just read back as single letters."""
        self._at -= 1
        run = self._tokens[self._at][1]
        self._tokens[self._at : self._at + 1] = [("letters", letter) for letter in run]
