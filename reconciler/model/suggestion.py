"""Near names: what somebody probably meant."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from difflib import get_close_matches


def did_you_mean(written: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """`did you mean `queue`?` with the nearest of the known names, else what is said instead."""
    return meant(get_close_matches(written, list(known), n=3), otherwise=otherwise)


def meant(near: Iterable[str], *, otherwise: str = "") -> str:
    """The question for names that are found already."""
    names = [f"`{each}`" for each in near]
    return f"did you mean {' or '.join(names)}?" if names else otherwise


_ON = ("true", "yes", "on", "y", "1", "enabled", "enable", "active")
_OFF = ("false", "no", "off", "n", "0", "disabled", "disable", "inactive")


def as_boolean(text: str) -> bool | None:
    """What somebody means by a word such as `yes`, `off` or `Enabled`; None for any other."""
    word = text.strip().casefold()
    return word in _ON if word in (*_ON, *_OFF) else None


def meant_level(written: object, levels: Iterable[str]) -> str:
    """The level that a word for on or off means, such as `enabled`; empty where there is none."""
    on = as_boolean(str(written))
    if on is None:
        return ""
    return next((each for each in levels if as_boolean(each) is on), "")


class NearNames:
    """The near names of many that are wrong: each is looked up once, and only the first so many.

    A search walks over every known name, so that ten thousand of them would take minutes.
    """

    MOST = 100

    def __init__(self) -> None:
        self._found: dict[tuple[Hashable, str], tuple[str, ...]] = {}

    def hint(
        self, where: Hashable, written: str, known: Iterable[str], *, otherwise: str = ""
    ) -> str:
        """The question whether one of the known names was meant, else what is said instead."""
        return meant(self.of(where, written, known), otherwise=otherwise)

    def of(
        self, where: Hashable, written: str, known: Iterable[str], *, cutoff: float = 0.6
    ) -> tuple[str, ...]:
        """Those of the known names (which `where` stands for) that may have been meant."""
        asked = (where, written)
        if asked not in self._found:
            if len(self._found) >= self.MOST:
                return ()
            near = get_close_matches(written, list(known), n=3, cutoff=cutoff)
            self._found[asked] = tuple(near)
        return self._found[asked]
