"""Values of manifests changed in their text: lines of other values stay, byte for byte.

A file is never regenerated from its values. Each edit is some cuts at the place of the value
(`surgery`), and what comes out is read again: it says exactly what was wanted and every other
document is as before, or nothing is returned at all.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from reconciler.errors import ReconcilerError
from reconciler.manifests.outline import Entry, Node, outline
from reconciler.manifests.parse import Document, Source, parse
from reconciler.manifests.spelling import Habits, habits
from reconciler.manifests.surgery import Cuts, Place, add, append, remove, replace
from reconciler.model.diagnostic import Path, dotted
from reconciler.model.value import Json

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_LINE_END = re.compile(r"\r?\n\Z")
_YAML = "manifest.yaml"
_MODELINE = "# yaml-language-server:"


@dataclass(frozen=True, slots=True)
class Put:
    """A value at a path, whether or not one is there; mappings around it that miss are made.

    Of a mapping only what differs changes. Of a list the members that stay keep their place, new
    ones come last and gone ones go: the order that the value has them in changes nothing.
    """

    path: Path
    value: Json


@dataclass(frozen=True, slots=True)
class Remove:
    """No value at a path any more: an entry or a member that goes."""

    path: Path


Edit: TypeAlias = Put | Remove


def edited(file: str, data: bytes, edits: Mapping[int, Sequence[Edit]]) -> bytes:
    """The bytes of a file with these edits made, in their order, to its documents by index.

    Raises ReconcilerError where one cannot be made without changing anything else: YML121 where
    other values follow an anchor of what would change, YML120 for all else.
    """
    text = _Text(file, data)
    before = _values(file, data)
    wanted = dict(before)
    for index, each in edits.items():
        if index not in before:
            _refuse(file, f"there is no document {index + 1} that can be read")
        for edit in each:
            wanted[index] = _wanted(file, wanted[index], edit)
        _edit(text, index, each)
    result = text.encoded()
    _compare(file, data, result, wanted)
    return result


def appended(data: bytes, documents: str) -> bytes:
    """The bytes of a YAML file with the text of some documents after those that it has.

    Raises ReconcilerError (YML120) where one of them would be read as something else.
    """
    text = _Text(_YAML, data)
    new = documents if documents.endswith("\n") else documents + "\n"
    size = len(text.chunks)
    parted = new.startswith("---") or not size
    text.insert_last(new if parted else "---\n" + new)
    result = text.encoded()
    added = {size + at: value for at, value in _values(_YAML, documents.encode()).items()}
    wanted = {**_values(_YAML, data), **added}
    _compare(_YAML, data, result, wanted)
    return result


def without_document(data: bytes, index: int) -> bytes:
    """The bytes of a YAML file without one of its documents and the comments that are in it.

    The comment at the start of the file with the schema for editors stays. Raises
    ReconcilerError (YML120) where there is no such document or another one would change.
    """
    text = _Text(_YAML, data)
    if not 0 <= index < len(text.chunks):
        _refuse(_YAML, f"there is no document {index + 1}")
    first, last = text.lines_of(index)
    if index == 0:
        first += text.lines[0].startswith(_MODELINE)
    text.cut_lines(first, last)
    result = text.encoded()
    before = _values(_YAML, data)
    wanted = {at - (at > index): value for at, value in before.items() if at != index}
    _compare(_YAML, data, result, wanted)
    return result


class _Text:
    """The lines of a file, each with the line end that it has: LF, CRLF, or none in the last."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        self._mark = data.startswith(codecs.BOM_UTF8)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            _refuse(file, "the file is not UTF-8", "save it as UTF-8")
        found = _LINE.findall(text)
        self.lines = [_LINE_END.sub("", each) for each in found]
        self._ends = [each[len(line) :] for each, line in zip(found, self.lines, strict=True)]
        self._usual = max(Counter(filter(None, self._ends)).items(), key=_count, default=("\n", 0))[
            0
        ]
        self._ends_open = bool(found) and not self._ends[-1]

    @property
    def chunks(self) -> list[int]:
        """The first line of each document."""
        return [chunk.line for chunk in self._source().chunks]

    def _source(self) -> Source:
        return Source(self.file, "".join(f"{line}\n" for line in self.lines))

    def lines_of(self, index: int) -> tuple[int, int]:
        """The first line of a document and the one after its last."""
        chunk = self._source().chunks[index]
        return chunk.line, chunk.line + chunk.text.count("\n")

    def document(self, index: int) -> str:
        """The text of one document, whose lines end with LF."""
        first, last = self.lines_of(index)
        return "".join(f"{line}\n" for line in self.lines[first:last])

    def apply(self, index: int, cuts: Cuts) -> None:
        """Make cuts into one document; a line that is new ends as most others do."""
        text, (first, last) = self.document(index), self.lines_of(index)
        ends = self._ends[first:last]
        for start, end, new in sorted(cuts, reverse=True):
            line, gone = text.count("\n", 0, start), text.count("\n", start, end)
            ends[line : line + gone] = [self._usual] * new.count("\n")
            text = text[:start] + new + text[end:]
        self.lines[first:last] = text.split("\n")[:-1]
        self._ends[first:last] = ends

    def insert_last(self, text: str) -> None:
        """Put lines after the last one."""
        new = text.split("\n")[:-1]
        self.lines += new
        self._ends += [self._usual] * len(new)
        self._ends_open = False

    def cut_lines(self, first: int, last: int) -> None:
        """Take lines out."""
        del self.lines[first:last], self._ends[first:last]

    def encoded(self) -> bytes:
        """The bytes of the file."""
        ends = [each or self._usual for each in self._ends]
        if ends and self._ends_open:
            ends[-1] = ""
        text = "".join(line + end for line, end in zip(self.lines, ends, strict=True))
        return (codecs.BOM_UTF8 if self._mark else b"") + text.encode("utf-8", "surrogatepass")


def _count(item: tuple[str, int]) -> int:
    return item[1]


# --- what is wanted, as plain values


def _wanted(file: str, old: Json, edit: Edit) -> Json:
    """A document's value after an edit."""
    if not edit.path:
        if isinstance(edit, Remove) or not isinstance(edit.value, Mapping):
            _refuse(file, "a document is a mapping", "remove the document itself")
        return _put(old, edit.value)
    return _within(file, old, edit, 0)


def _within(file: str, old: Json, edit: Edit, depth: int) -> Json:
    step = edit.path[depth]
    is_last = depth + 1 == len(edit.path)
    if isinstance(step, str) and (isinstance(old, dict) or (old is None and isinstance(edit, Put))):
        new = dict(old or {})
        if isinstance(edit, Put):
            known = new.get(step)
            new[step] = (
                _put(known, edit.value) if is_last else _within(file, known, edit, depth + 1)
            )
            return new
        if step in new:
            if is_last:
                del new[step]
            else:
                new[step] = _within(file, new[step], edit, depth + 1)
            return new
    if isinstance(step, int) and isinstance(old, list) and 0 <= step <= len(old):
        members = list(old)
        if isinstance(edit, Put) and step == len(old):
            tail = edit.value if is_last else _within(file, None, edit, depth + 1)
            return [*members, tail]
        if step < len(old):
            if is_last:
                members[step : step + 1] = (
                    [_put(old[step], edit.value)] if isinstance(edit, Put) else []
                )
            else:
                members[step] = _within(file, old[step], edit, depth + 1)
            return members
    return _refuse(file, f"there is no place for `{dotted(edit.path)}`")


def _put(old: Json, new: Json) -> Json:
    """What a Put of a value makes of one that is there."""
    if isinstance(old, dict) and isinstance(new, Mapping):
        return {key: _put(old[key], each) if key in old else each for key, each in new.items()}
    if isinstance(old, list) and isinstance(new, list):
        stays, comes = _members(old, new)
        return [*(each for each, kept in zip(old, stays, strict=True) if kept), *comes]
    return new


def _members(old: Sequence[Json], new: Sequence[Json]) -> tuple[list[bool], list[Json]]:
    """Which members stay, and those that are new."""
    left = Counter(map(_key, new))
    stays = []
    for each in old:
        stays.append(left[_key(each)] > 0)
        left[_key(each)] -= stays[-1]
    comes = []
    for each in reversed(new):
        if left[_key(each)] > 0:
            left[_key(each)] -= 1
            comes.append(each)
    return stays, comes[::-1]


def _key(value: Json) -> str:
    """Distinguishes values that Python calls equal: 1, 1.0 and true."""
    return json.dumps(value, sort_keys=True)


# --- how it comes about, in the text


def _edit(text: _Text, index: int, edits: Sequence[Edit]) -> None:
    for edit in edits:
        left: list[Edit] = [edit]
        while left:
            each = left.pop(0)
            surgeon = _Surgeon(text, index)
            if isinstance(each, Put):
                left[:0] = surgeon.put(each)
            else:
                left[:0] = surgeon.remove(each)


class _Surgeon:
    """Makes one edit of a document: at once, or by smaller ones that come to the same."""

    def __init__(self, text: _Text, index: int) -> None:
        self._text, self._index = text, index
        self._document = text.document(index)
        is_json = text.file.endswith(".json")
        root = _outline(text.file, self._document, is_json=is_json)
        self._root = root
        self._habits = habits(self._document, root, is_json=is_json)

    def put(self, edit: Put) -> Sequence[Edit]:
        """Put a value; gives what is left to be done."""
        found = self._follow(edit.path)
        rest = edit.path[len(found.path) :]
        node = found.node
        if rest and node.shape == "alias":
            self._replace(found, _within(self._text.file, node.value, Put(rest, edit.value), 0))
        elif rest and node.shape == "mapping":
            known = node.value.get(rest[0])  # of `<<`, where there is one
            new = Put(rest[1:], edit.value)
            value = _put(known, new.value) if len(rest) == 1 else self._inside(known, new)
            self._add(found, str(rest[0]), value)
        elif rest and node.shape == "list":
            value = self._inside(None, Put(rest[1:], edit.value)) if rest[1:] else edit.value
            self._append(found, value)
        elif rest:
            self._replace(found, self._inside(None, Put(rest, edit.value)))
        elif _key(node.value) != _key(wanted := _put(node.value, edit.value)):
            return self._change(found, edit, wanted)
        return ()

    def remove(self, edit: Remove) -> Sequence[Edit]:
        """Remove a value; gives what is left to be done."""
        found = self._follow(edit.path)
        rest = edit.path[len(found.path) :]
        if rest and found.node.shape == "alias":
            self._replace(found, _within(self._text.file, found.node.value, Remove(rest), 0))
            return ()
        if len(rest) > 1:  # below what `<<` brings: it is written out here
            known = found.node.value[rest[0]]
            self._add(found, str(rest[0]), self._inside(known, Remove(rest[1:])))
            return ()
        parent = self._follow(edit.path[:-1])
        key = edit.path[-1]
        merged = parent.node.merged() if parent.node.shape == "mapping" else {}
        if key in merged:
            return self._write_out(parent, str(key), merged)
        if parent.node.shape == "mapping":
            index = next(
                at for at, e in enumerate(parent.node.entries) if e is parent.node.entry(str(key))
            )
            gone = [parent.node.entries[index].key, parent.node.entries[index].value]
        else:
            index = int(key)
            gone = [parent.node.members[index]]
        self._cut(parent, gone, remove(parent.place(self._document, self._habits), index))
        return ()

    def _change(self, found: _Found, edit: Put, wanted: Json) -> Sequence[Edit]:
        """A value that is there and differs."""
        node, path = found.node, edit.path
        if node.shape == "mapping" and isinstance(wanted, dict) and wanted and node.value:
            gone = [Remove((*path, key)) for key in node.value if key not in wanted]
            same = [Put((*path, key), each) for key, each in wanted.items()]
            differ = [p for p in same if _key(node.value.get(p.path[-1])) != _key(p.value)]
            missing = [p for p in same if p.path[-1] not in node.value and p not in differ]
            return [*differ, *missing, *gone]
        if node.shape == "list" and isinstance(wanted, list) and wanted and node.value:
            stays, comes = _members(node.value, wanted)
            size = len(stays)
            return [
                *(Put((*path, size + at), each) for at, each in enumerate(comes)),
                *(Remove((*path, at)) for at in range(size - 1, -1, -1) if not stays[at]),
            ]
        self._replace(found, wanted)
        return ()

    def _write_out(self, parent: _Found, key: str, merged: Mapping[str, Json]) -> Sequence[Edit]:
        """Write what `<<` brings, but for one key, and take `<<` out."""
        missing = {
            name: each
            for name, each in merged.items()
            if name != key and parent.node.entry(name) is None
        }
        if missing:
            name, value = next(iter(missing.items()))
            self._add(parent, name, value)
            return [Remove((*parent.path, key))]
        merge = parent.node.merges()[0]
        place = parent.place(self._document, self._habits)
        cuts = remove(place, parent.node.entries.index(merge))
        self._cut(parent, [merge.key, merge.value], cuts)
        goes_on = len(parent.node.merges()) > 1 or parent.node.entry(key) is not None
        return [Remove((*parent.path, key))] if goes_on else []

    def _inside(self, known: Json, edit: Edit) -> Json:
        return _within(self._text.file, known, edit, 0)

    def _follow(self, path: Path) -> _Found:
        """The node at a path, or as far as nodes lead there."""
        found = _Found((), self._root, None, (self._root,), in_flow=False)
        for step in path:
            node = found.node
            child: Node | None = None
            entry: Entry | None = None
            if isinstance(step, str) and node.shape == "mapping":
                entry = node.entry(step)
                child = entry.value if entry else None
            elif isinstance(step, int) and node.shape == "list" and step < len(node.members):
                child = node.members[step]
            if child is None:
                return found
            in_flow = found.in_flow or node.flow
            found = _Found(
                (*found.path, step), child, entry, (*found.around, child), in_flow=in_flow
            )
        return found

    def _replace(self, found: _Found, value: Json) -> None:
        cuts = replace(found.place(self._document, self._habits), value)
        self._cut(found, [found.node], cuts)

    def _add(self, found: _Found, key: str, value: Json) -> None:
        if not found.node.entries:
            self._replace(found, {key: value})
        else:
            self._cut(found, [], add(found.place(self._document, self._habits), key, value))

    def _append(self, found: _Found, value: Json) -> None:
        if not found.node.members:
            self._replace(found, [value])
        else:
            self._cut(found, [], append(found.place(self._document, self._habits), value))

    def _cut(self, found: _Found, gone: Sequence[Node], cuts: Cuts) -> None:
        """Make the cuts, unless what an alias elsewhere leads to would change or go."""
        inside = [node for each in gone for node in each.inside()]
        known = set(map(id, inside))
        followed = {
            id(node.leads_to)
            for node in self._root.inside()
            if node.leads_to is not None and id(node) not in known
        }
        for node in (*found.around, *inside):
            if id(node) in followed:
                raise ReconcilerError(
                    "YML121",
                    f"{self._text.file}: `{dotted(found.path)}` cannot be changed alone: others"
                    f" follow its anchor `&{node.anchor}`",
                    hint=f"write the value in place of each `*{node.anchor}` first",
                )
        self._text.apply(self._index, cuts)


@dataclass(frozen=True, slots=True)
class _Found:
    """A node, its path, the entry that it is the value of, and the nodes from the root to it."""

    path: Path
    node: Node
    entry: Entry | None
    around: tuple[Node, ...]
    in_flow: bool

    def place(self, text: str, habits_: Habits) -> Place:
        return Place(text, habits_, self.node, self.entry, self.in_flow)


def _outline(file: str, text: str, *, is_json: bool) -> Node:
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - slow to import, and seldom needed

    try:
        root = outline(text, is_json=is_json)
    except (YAMLError, ValueError):
        root = None
    return root if root is not None else _refuse(file, "this document cannot be edited in place")


# --- the look at what came out


def _values(file: str, data: bytes) -> dict[int, Json]:
    return {each.index: each.value for each in parse(file, data)[0]}


def _compare(file: str, before: bytes, after: bytes, wanted: Mapping[int, Json]) -> None:
    """Refuse a result that does not say what was wanted, or has another document that is broken."""
    documents, problems = parse(file, after)
    if len(problems) > len(parse(file, before)[1]):
        _refuse(file, f"the edit does not come out as YAML: {problems[0].summary}")
    if not _same(documents, wanted):
        _refuse(file, "the edit does not come out as the value wanted")


def _same(documents: Sequence[Document], wanted: Mapping[int, Json]) -> bool:
    found = {each.index: _key(each.value) for each in documents}
    return found == {index: _key(each) for index, each in wanted.items()}


def _refuse(file: str, summary: str, hint: str = "edit the file by hand") -> NoReturn:
    raise ReconcilerError("YML120", f"{file}: {summary}", hint=f"{hint}; nothing was written")
