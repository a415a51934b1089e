"""The items behind the rows of lists: read one by one, whatever becomes of single ones.

An item that is gone between its list and its own answer has that list read once more. An answer of
unexpected shape makes its object unknown, and no other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from reconciler.errors import NotFoundError, TenantError, UnexpectedAnswerError
from reconciler.http.fields import name_if_any
from reconciler.http.paging import Row
from reconciler.http.parallel import InParallel
from reconciler.http.shape import ODD, ShapeCheck
from reconciler.model.address import GroupKind
from reconciler.model.live import UnknownObject

T = TypeVar("T")


class RowReader:
    """Makes objects of the rows of a group.

    `unknown` collects those whose row has an unexpected shape; `names` are the fields that may hold
    the name of an odd one, the best first.
    """

    def __init__(self, group: str, documented: ShapeCheck, names: Sequence[str]) -> None:
        self._group = group
        self._documented = documented
        self._names = names
        self.unknown: list[UnknownObject] = []

    def is_odd(self, kind: str) -> bool:
        """Return whether any object of a kind is unknown."""
        return any(each.kind.name == kind for each in self.unknown)

    def of_rows(
        self,
        kind: str,
        endpoint: str,
        rows: Sequence[Row],
        made: Callable[[Row], T],
        *,
        identifier: str = "id",
    ) -> list[T]:
        """The objects of rows alone, for lists that leave nothing out.

        `identifier` is the field of their ids, which every row has.
        """
        with suppress(*ODD):
            # a tenant has a hundred thousand, and few are odd
            return [_named(made(row)) for row in rows]
        found: list[T] = []
        for row in rows:
            try:
                with self._documented(f"{endpoint}: {row[identifier]}"):
                    found.append(_named(made(row)))
            except TenantError as error:
                name = next(filter(None, map(row.get, self._names)), "")
                self.unknown.append(
                    UnknownObject(
                        self._key(kind), row[identifier], name_if_any(name), error.told.summary
                    )
                )
        return found

    def _key(self, kind: str) -> GroupKind:
        return GroupKind(self._group, kind)


class Items(RowReader):
    """Reads items; `again` reads the list of a kind once more."""

    def __init__(
        self,
        again: Callable[[str], Awaitable[tuple[Row, ...]]],
        in_parallel: InParallel,
        documented: ShapeCheck,
        names: Sequence[str],
        *,
        group: str,
    ) -> None:
        super().__init__(group, documented, names)
        self._again = again
        self._in_parallel = in_parallel

    async def read(
        self,
        kind: str,
        what: str,
        lists: dict[str, tuple[Row, ...]],
        read: Callable[[str], Awaitable[T]],
        known: Callable[[Row], T | None],
    ) -> dict[str, T]:
        """The items of a kind by id, in the order of its list; what is `known` is not read again.

        Where one is gone, the list in `lists` becomes the newer one. Raises NotFoundError where
        the newer list still has what cannot be read.
        """
        reading = _Reading(kind, read, self._documented)
        reading.keep({row["id"]: each for row in lists[kind] if (each := known(row)) is not None})
        await self._in_parallel(what, reading.missing(lists[kind]), reading.one)
        if reading.gone:
            lists[kind] = await self._again(kind)
            reading.gone.clear()
            await self._in_parallel(what, reading.missing(lists[kind]), reading.one)
            for row in lists[kind]:
                if (error := reading.gone.get(row["id"])) is not None:
                    raise _still_listed(what, row, error)
        names = {row["id"]: row.get("name") for row in lists[kind]}
        self.unknown.extend(
            UnknownObject(self._key(kind), key, name_if_any(names[key]), reason)
            for key, reason in reading.odd.items()
            if key in names
        )
        return {row["id"]: reading.found[row["id"]] for row in lists[kind] if reading.has(row)}


class _Reading(Generic[T]):
    """The items of one kind: found, gone, or of unexpected shape."""

    def __init__(
        self, kind: str, read: Callable[[str], Awaitable[T]], documented: ShapeCheck
    ) -> None:
        self._kind = kind
        self._read = read
        self._documented = documented
        self.found: dict[str, T] = {}
        self.gone: dict[str, NotFoundError] = {}
        self.odd: dict[str, str] = {}

    def keep(self, known: Mapping[str, T]) -> None:
        """Add what need not be read."""
        self.found.update(known)

    def has(self, row: Row) -> bool:
        """Return whether the item of a row was found."""
        return row["id"] in self.found

    def missing(self, rows: Iterable[Row]) -> tuple[str, ...]:
        """The ids that nothing is known of yet."""
        return tuple(
            row["id"] for row in rows if row["id"] not in self.found and row["id"] not in self.odd
        )

    async def one(self, key: str) -> None:
        """Read one item; raises TenantError for other failures than these."""
        try:
            found = await self._read(key)
            with self._documented(f"{self._kind} {key}"):
                self.found[key] = _named(found)
        except NotFoundError as error:
            self.gone[key] = error
        except TenantError as error:
            if not isinstance(error, UnexpectedAnswerError):
                raise
            self.odd[key] = error.told.summary


def _still_listed(what: str, row: Row, error: NotFoundError) -> NotFoundError:
    return NotFoundError(
        "TEN162",
        f"the list of {what} has `{row.get('name')}` ({row['id']}), and reading it fails: "
        f"{error.told.summary}",
        status=error.status,
        tracking_id=error.tracking_id,
        detail="The list was read twice, and so was the object.",
        hint="run it again; if this stays, report the tracking id to the vendor",
    )


def _named(made: T) -> T:
    """What was made of a row; raises ValueError where its name is none."""
    if not isinstance(getattr(made, "name", ""), str):
        raise ValueError("its name is not text")
    return made
