"""Queries of a list: filter, search, attributes, pages, and arrays for a single row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.sandbox.app import Answer
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body, Rows
from reconciler.vendors.webexcc.sandbox.data import public
from reconciler.vendors.webexcc.sandbox.rsql import condition

DEFAULT_SIZE = LARGEST_SIZE = 100

_NEVER_FILTERED = ("organizationId", "createdTime", "lastUpdatedTime")
_BY_NAME = re.compile(r"""(?:name|email)==(?P<quote>["'])(?P<name>[^"'\\\\*]*)(?P=quote)""")
_SEARCH = re.compile(
    r"""(?:field==(?P<one>["']\w+["'])|fields=in=\((?P<several>[^)]*)\));value==(?P<value>.+)"""
)


@dataclass(frozen=True, slots=True)
class Listing:
    """One list operation: its path in links, and what its rows have, hide and are asked for."""

    path: str
    fields: frozenset[str]
    left_out: tuple[str, ...] = ()
    """Arrays that only an item answer has."""
    searched: tuple[str, ...] = ("name",)
    unfiltered: tuple[str, ...] = ()
    """Fields that no filter takes, beyond those of every list."""
    single: bool = False
    """Whether `singleObjectResponse` brings the arrays back for the only row."""

    def page(
        self,
        organization: str,
        rows: Sequence[Body],
        query: Mapping[str, str],
        whole: Callable[[Body], Body] = lambda row: row,
    ) -> Answer:
        """One page of the rows that are asked for, with what there is in all.

        `whole` makes of a row what an item answer shows. Refuses with 400.
        """
        found = self._found(rows, query)
        page = number(query, "page", 0)
        size = min(number(query, "pageSize", DEFAULT_SIZE) or DEFAULT_SIZE, LARGEST_SIZE)
        total, wanted = len(found), self._attributes(query)
        shown = [public(row, *self.left_out) for row in found[page * size : (page + 1) * size]]
        if self.single and query.get("singleObjectResponse") == "true":
            if total > 1:
                raise Refusal(400, f"singleObjectResponse: there are {total} objects, not one")
            shown = [public(whole(row)) for row in found[: len(shown)]]
        meta = {
            "orgid": organization,
            "page": page,
            "pageSize": size,
            "totalPages": max(1, -(-total // size)),
            "totalRecords": total,
            "links": self._links(organization, page, size, total),
        }
        return Answer(200, {"meta": meta, "data": [_only(row, wanted) for row in shown]})

    def _found(self, rows: Sequence[Body], query: Mapping[str, str]) -> Sequence[Body]:
        if text := query.get("filter"):
            unfiltered = {*_NEVER_FILTERED, *self.unfiltered}
            test = condition(text, self.fields - unfiltered)
            rows = [row for row in _narrowed(rows, text) if test(row)]
        if text := query.get("search"):
            columns, part = self._search(text)
            rows = [row for row in rows if any(part in _lower(row.get(c)) for c in columns)]
        return rows

    def _search(self, text: str) -> tuple[tuple[str, ...], str]:
        """The columns that are searched, and the part of them that is looked for."""
        found = _SEARCH.fullmatch(text.strip())
        if found is None:
            return self.searched, _unquoted(text).lower()
        names = found["one"] or found["several"]
        columns = tuple(_unquoted(each) for each in names.split(","))
        unknown = [each for each in columns if each not in self.searched]
        if unknown:
            raise Refusal(400, f"{unknown[0]} is not searched; {', '.join(self.searched)} are")
        return columns, _unquoted(found["value"]).lower()

    def _attributes(self, query: Mapping[str, str]) -> frozenset[str] | None:
        if not query.get("attributes"):
            return None
        wanted = frozenset(each.strip() for each in query["attributes"].split(","))
        unknown = sorted(wanted - (self.fields - frozenset(self.left_out)))
        if unknown:
            raise Refusal(400, f"attributes: there is no {', '.join(unknown)} in a list")
        return wanted

    def _links(self, organization: str, page: int, size: int, total: int) -> dict[str, str]:
        last = max(0, -(-total // size) - 1)
        pages = {"self": page, "first": 0, "last": last}
        if page > 0:
            pages["prev"] = page - 1
        if page < last:
            pages["next"] = page + 1
        whole = f"/organization/{organization}/{self.path}"
        return {name: f"{whole}?page={n}&pageSize={size}" for name, n in pages.items()}


def number(query: Mapping[str, str], name: str, default: int) -> int:
    """A whole number of the query; refuses with 400 what is none."""
    text = query.get(name, str(default))
    if not text.isdecimal():
        raise Refusal(400, f"{name} is no number: {text}")
    return int(text)


def _narrowed(rows: Sequence[Body], text: str) -> Sequence[Body]:
    """The rows that a filter on nothing but a name can mean, found by an index."""
    found = _BY_NAME.fullmatch(text.strip())
    return rows.named(found["name"]) if found and isinstance(rows, Rows) else rows


def _only(row: Body, wanted: frozenset[str] | None) -> Body:
    return row if wanted is None else {key: row[key] for key in row if key in wanted}


def _unquoted(text: str) -> str:
    return text.strip().strip("\"'")


def _lower(value: object) -> str:
    return "" if value is None else str(value).lower()
