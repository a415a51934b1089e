"""The line ends of a file, and the mark at its start: what its text is given back when it is set.

A checkout on Windows ends its lines with CRLF. A formatter that changed them would change every
line of every file.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

CRLF, LF = "\r\n", "\n"


@dataclass(frozen=True, slots=True)
class LineEnds:
    """How the lines of a file end, most of them where they differ, and whether it has a mark."""

    end: str
    mark: bool

    @classmethod
    def of(cls, data: bytes) -> LineEnds:
        """The line ends of a file in UTF-8; LF where as many lines end with the one as the other.

        A CR alone is no line end of any system in use: such lines end with LF.
        """
        with_cr = data.count(b"\r\n")
        return cls(
            CRLF if with_cr > data.count(b"\n") - with_cr else LF, data.startswith(codecs.BOM_UTF8)
        )

    def encode(self, text: str) -> bytes:
        """The bytes of a text whose lines end with LF."""
        data = text.encode().replace(b"\n", self.end.encode())
        return codecs.BOM_UTF8 + data if self.mark else data
