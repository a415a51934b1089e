"""Colour: Terraform's, on a terminal only; the words say everything without it."""

from __future__ import annotations

from collections.abc import Callable

Paint = Callable[[str, str], str]
"""Paint text in a named style."""

_CODES = {
    "green": "32",
    "red": "31",
    "yellow": "33",
    "magenta": "35",
    "cyan": "36",
    "grey": "90",
    "bold": "1",
    "bold red": "1;31",
    "bold green": "1;32",
    "bold yellow": "1;33",
    "bold cyan": "1;36",
}


def plain(text: str, _style: str) -> str:
    """No colour at all."""
    return text


def ansi(text: str, style: str) -> str:
    """ANSI colours."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m"
