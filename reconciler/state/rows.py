"""Rows of the state as they are read: each value is of its column's type, or the row is damaged.

SQLite keeps whatever it is given, and a state may have been edited, restored in part or written by
a failing disk. What a column cannot hold is RUN121 with its table, row and column; nothing is
guessed in its place.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    type_coerce,
)

from reconciler.errors import StateError
from reconciler.model.ownership import Row
from reconciler.model.value import Json

_SHOWN = 60
_ADDRESS_PARTS = 4
_WORDS: Mapping[type[Any], tuple[tuple[type, ...], str]] = {
    JSON: ((str,), "JSON text"),
    String: ((str,), "text"),
    Boolean: ((int,), "a truth value"),
    Integer: ((int,), "a whole number"),
    Float: ((int, float), "a number"),
    LargeBinary: ((bytes,), "bytes"),
}
_KEPT = tuple(field.name for field in fields(Row))
_MOST_OF_A_BLOB = 256 * 1024 * 1024


def damaged(table: str, key: object, how: str) -> StateError:
    """The refusal of a row that cannot be what was written."""
    shown = ascii(key)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
    return StateError(
        "RUN121",
        f"the state is damaged: table `{table}`, row {shown}: {how}",
        hint="restore a copy of the state, or correct that row; nothing was changed",
    )


def raw(table: Table, names: Iterable[str] = ()) -> list[ColumnElement[Any]]:
    """The columns of a table to select, as the database holds them."""
    wanted = set(names) or {column.name for column in table.c}
    return [type_coerce(c, String).label(c.name) for c in table.c if c.name in wanted]


def checked(table: Table, found: Mapping[Any, Any], key: object) -> dict[str, Any]:
    """The values of a raw row by column, JSON decoded; raises StateError."""
    return {
        str(name): _value(table, table.c[name], value, key) if name in table.c else value
        for name, value in found.items()
    }


def _value(table: Table, column: Column[Any], value: Any, key: object) -> Any:
    if value is None:
        if not column.nullable:
            raise damaged(table.name, key, f"`{column.name}` is null")
        return None
    kind = type(column.type)
    types, words = _WORDS[kind]
    if type(value) not in types or (kind is Boolean and value not in (0, 1)):
        raise damaged(table.name, key, f"`{column.name}` is not {words}")
    if kind is JSON:
        return decoded(table.name, key, column.name, value)
    return bool(value) if kind is Boolean else value


def decoded(table: str, key: object, column: str, text: str | bytes) -> Json:
    """The value of JSON text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise damaged(table, key, f"`{column}` is not JSON") from None


def unpacked(table: str, key: object, column: str, data: bytes) -> bytes:
    """What was compressed; raises StateError where it was not, or grows beyond all measure."""
    try:
        inflating = zlib.decompressobj()
        found = inflating.decompress(data, _MOST_OF_A_BLOB)
    except zlib.error:
        found = None
    if found is None or not inflating.eof:
        raise damaged(table, key, f"`{column}` is not compressed data")
    return found


def moment(table: str, key: object, column: str, text: str | None) -> str | None:
    """A moment with its time zone, as text; None where there is none."""
    try:
        is_one = text is None or datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        is_one = False
    if not is_one:
        raise damaged(table, key, f"`{column}` is not a moment")
    return text


def address(table: str, text: str) -> str:
    """An address of an object of some tenant."""
    parts = text.split("/", _ADDRESS_PARTS - 1)
    if len(parts) < _ADDRESS_PARTS or not all(parts):
        raise damaged(table, text, "its address is not `tenant/group/Kind/name`")
    return text


def owned(values: Iterable[Any], tenant: object = None) -> Row:
    """A row of ownership; what was applied stays text until it is asked for.

    One that is kept with an operation, which has no `tenant`, may lack the id: of what is created.
    """
    place, object_id, name, stored, prevent_destroy, adopted = values
    for column, value in (("address", place), ("object_id", object_id), ("name", name)):
        if type(value) is not str or (not value and (column != "object_id" or tenant is not None)):
            raise damaged("ownership", place, f"`{column}` is not text")
    address("ownership", place)
    if tenant is not None and not place.startswith(f"{tenant}/"):
        raise damaged("ownership", place, "its tenant is another one than that of its address")
    if type(stored) is not str or not stored.startswith("{"):
        raise damaged("ownership", place, "`applied` is not the JSON text of an object")
    return Row(place, object_id, name, stored, bool(prevent_destroy), bool(adopted))


def kept(table: str, key: object, value: Json) -> Row | None:
    """A row of ownership that is kept with an operation; None where none is."""
    if not value:
        return None
    try:
        return owned(value[name] for name in _KEPT)
    except (TypeError, ValueError, KeyError):
        raise damaged(table, key, "`keep` is not a row of ownership") from None
