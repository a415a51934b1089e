"""Names as they are compared: Unicode NFC, trimmed (design §3, Comparing)."""

from __future__ import annotations

import unicodedata


def normal(name: str) -> str:
    """Return a vendor's name in the form in which names are compared."""
    return (name if name.isascii() else unicodedata.normalize("NFC", name)).strip()


def folded(name: str) -> str:
    """Return the form in which e-mails are compared, and names whose case does not count."""
    return normal(name).casefold()
