"""Quirks of the service that a seed turns on or off: `quirks: {pageSizeCap: 25, ...}`.

The defaults are what the vendor's documents say or what is seen of most tenants. Everything here
was seen of some tenant, or is left open by the documents; a client has to cope with all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.sandbox.quirks import Check, count, names, one_of, quirks, seconds, up_to

SHAPES = ("object", "string", "errors", "text", "empty")
"""Bodies of refusals: `error` as an object, `error` as a bare string, `errors[]`, plain text,
none at all."""


AUDIT_TARGETS = ("base64", "plain", "webex", "name", "organization")
"""How an audit event names what was changed: its id in base64, as it is, as an id of Webex; its
name alone; nothing but the organization, and the object in prose."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """The quirks of the service; fields are written in camelCase.

    - stale_version_refused: a PUT whose `version` is behind the tenant's is a 409; by default it
      is taken.
    - rename_conflict: a PUT that gives an object the name of another is a 409; off, both carry it.
    - analyzer_keeps_sent_folders: a write that turns Analyzer between view and edit keeps the
      folders that it sends; by default all that the profile had turn with Analyzer, whatever it
      sends.
    - error_shapes: one of SHAPES, or `rotate` for one after the other.
    - page_size_cap: a larger `pageSize` is silently lowered, and `meta.pageSize` says so.
    - lists_carry_arrays: rows of lists are whole, as items are.
    - ignored_fields: `ENTITY.FIELD` that a write answers with success and leaves as it is.
    - refused_fields: `ENTITY.FIELD` that answers carry and that a write must not: 400.
    - empty_bulk_answer: a bulk call answers 207 with no items, and has done nothing.
    - reorder_arrays: arrays in answers come in another order than they were written in.
    - nested_ids: rows within an object carry ids and times of their own in answers.
    - extra_fields: answers have fields that no document knows.
    - unknown_permissions: permissions that every profile has in answers and no document knows.
    - unknown_values: `ENTITY.FIELD` to the value that every answer has there.
    - referenced_entities: a 412 says by what the object is referred to.
    - status_mix: a create answers 200 instead of 201, a delete 200 instead of 204.
    - audit_order: the audit log comes `newest` first, or `oldest`.
    - audit_lag: seconds after which the audit log shows what was done.
    - audit_targets: how the audit log names what was changed, one of AUDIT_TARGETS, or `rotate`.
    - audit_page_cap: a larger `max` of the audit log is silently lowered.
    - audit_arrivals: so many sign-ins come into the audit log between two pages of it, dated
      within what is asked for.
    - audit_collections: the audit log has resource collections too; the vendor's has none.
    - audit_tracks_requests: the tracking ids of the audit log are those of the requests; by default
      they are its own.
    - settles_after: seconds for which reads show what was there before the last write.
    """

    stale_version_refused: bool = False
    rename_conflict: bool = True
    analyzer_keeps_sent_folders: bool = False
    error_shapes: str = "object"
    page_size_cap: int = 100
    lists_carry_arrays: bool = False
    ignored_fields: tuple[str, ...] = ()
    refused_fields: tuple[str, ...] = ()
    empty_bulk_answer: bool = False
    reorder_arrays: bool = False
    nested_ids: bool = False
    extra_fields: bool = False
    unknown_permissions: tuple[str, ...] = ()
    unknown_values: Mapping[str, str] = field(default_factory=dict)
    referenced_entities: bool = True
    status_mix: bool = False
    settles_after: float = 0.0
    audit_order: str = "newest"
    audit_lag: float = 0.0
    audit_targets: str = "base64"
    audit_page_cap: int = 200
    audit_arrivals: int = 0
    audit_collections: bool = False
    audit_tracks_requests: bool = False

    @property
    def are_usual(self) -> bool:
        """Return whether answers are as the documents have them."""
        return self == replace(USUAL, **{name: getattr(self, name) for name in _BEHIND})


USUAL = Quirks()

_BEHIND = (
    "rename_conflict", "analyzer_keeps_sent_folders", "audit_order", "audit_lag", "audit_targets",
    "audit_page_cap", "audit_arrivals", "audit_collections", "audit_tracks_requests",
)  # fmt: skip
"""Quirks that handlers have themselves; nothing is put around the application for them."""


def of_section(section: Any) -> Quirks:
    """The section of a seed; raises ValueError with what is wrong."""
    return quirks(section, USUAL, _CHECKS)


def _places(value: Any) -> tuple[str, ...]:
    for each in names(value):
        _place(each)
    return names(value)


def _values(value: Any) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
        raise TypeError("expected a mapping of ENTITY.FIELD to text")
    for each in value:
        _place(each)
    return dict(value)


def _place(text: Any) -> None:
    entity, dot, name = str(text).partition(".")
    if not (entity and dot and name):
        raise ValueError("write ENTITY.FIELD, such as `user.siteId`")


_CHECKS: Mapping[str, Check] = {
    "error_shapes": one_of(*SHAPES, "rotate"),
    "page_size_cap": up_to(USUAL.page_size_cap),
    "ignored_fields": _places,
    "refused_fields": _places,
    "unknown_values": _values,
    "settles_after": seconds,
    "audit_order": one_of("newest", "oldest"),
    "audit_lag": seconds,
    "audit_targets": one_of(*AUDIT_TARGETS, "rotate"),
    "audit_page_cap": up_to(USUAL.audit_page_cap),
    "audit_arrivals": count,
}
