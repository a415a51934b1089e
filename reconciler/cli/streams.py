"""Standard input, output and error: what cannot be written there breaks nothing.

- A character that the encoding of the terminal does not have is written as `\\uXXXX`, which is
  what JSON has for it as well.
- A stream that was closed before the start is the null device: otherwise the next file that is
  opened, such as the state, would get its number, and what is printed would go there.
- Where output cannot be written any more (its reader has left, a full disk) that is reported once,
  and the rest of it goes nowhere.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from typing import TextIO, TypeGuard

import click

_ERRORS = "reconciler.escaped"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EPIPE)


class UnwritableError(Exception):
    """The output cannot be written, and goes nowhere from now on; `gone` where its reader left."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror or type(error).__name__)
        self.gone = isinstance(error, BrokenPipeError)


def echo(text: str | bytes = "", *, nl: bool = True, err: bool = False) -> None:
    """Write to stdout or stderr, at once; raises UnwritableError for stdout alone."""
    stream = sys.stderr if err else sys.stdout
    try:
        # a stream that is named is written to in its own encoding
        click.echo(text, file=stream, nl=nl)
    except OSError as error:
        _silence(stream)
        if not err:  # of stderr there is nobody to tell
            raise UnwritableError(error) from error


def prepare() -> None:
    """Make the streams of this process so; to be called once, before anything is opened."""
    codecs.register_error(_ERRORS, _escaped)
    _open_those_that_are_closed()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # what is read is no text of ours: it is shown as it was written
            errors = "backslashreplace" if stream is sys.stdin else _ERRORS
            stream.reconfigure(errors=errors)


def finish() -> None:
    """Write what is left, so that the interpreter has nothing to complain of at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _silence(stream)


def is_no_room(error: Exception) -> TypeGuard[OSError]:
    """Whether something that is open already could not be written to."""
    return isinstance(error, OSError) and error.filename is None and error.errno in _NO_ROOM


def _silence(stream: TextIO) -> None:
    """What goes to a stream from now on, and what still is in its buffer, goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _open_those_that_are_closed() -> None:
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number: this one
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - for good
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    units = text.encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"\\u{pair}" for pair in pairs), error.end
