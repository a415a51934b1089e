"""Manifest names for objects of a tenant, made from the vendor's names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from itertools import count

_LONGEST = 100
_FEWEST_OF_AN_ID = 8
_OTHERS = re.compile(r"[^a-z0-9]+")
# letters that Unicode does not take apart; lower case, as names are folded first
_ALIKE = str.maketrans("øłđðабвгдезийклмнопрстуфыэαβγδεζηικλμνξοπρστυφω",
                         "olddabvgdeziyklmnoprstufyeavgdeziiklmnxoprstyfo")  # fmt: skip
_SEVERAL = {
    "æ": "ae", "œ": "oe", "þ": "th", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch",  # noqa: RUF001
    "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya", "θ": "th", "χ": "ch",
    "ψ": "ps",
}  # fmt: skip
_LETTERS: dict[int, int | str] = {**_ALIKE, **{ord(k): text for k, text in _SEVERAL.items()}}


def kebab(kind: str) -> str:
    """The words of a kind as names are written: `UserProfile` is `user-profile`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", kind).lower()


def slug(name: str, taken: Container[str], object_id: str, otherwise: str) -> str:
    """A name for `metadata.name` that is not taken, the same for the same name and id.

    Where the plain one is taken, the beginning of the vendor's id distinguishes them. `otherwise`
    is what it begins with where the vendor's name has no letter that we know.
    """
    short = plain_slug(name)
    if short and short not in taken:
        return short
    mark = plain_slug(object_id).replace("-", "") or "x"
    for length in range(min(_FEWEST_OF_AN_ID, len(mark)), len(mark) + 1):
        longer = f"{short or otherwise}-{mark[:length]}"
        if longer not in taken:
            return longer
    return next(each for n in count(2) if (each := f"{short or otherwise}-{mark}-{n}") not in taken)


def plain_slug(text: str) -> str:
    """The letters and digits of a text in lower case, its words joined by hyphens."""
    lower = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))
    words = _OTHERS.sub("-", plain.casefold().translate(_LETTERS)).strip("-")
    return words[:_LONGEST].rstrip("-")
