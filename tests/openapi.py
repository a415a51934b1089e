"""Whether a request and its answer are as Cisco's OpenAPI documents have them.

`conforms` is meant to be called for every request of a test: documents are loaded once a session,
and what they say about an operation is prepared when it is first asked for.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from tests.shared import shared

Document = dict[str, Any]

_CONTACT_CENTER = "openapi/webex/contact-center-config.json"
_CONTROL_HUB = "openapi/webex/control-hub.json"
_LISTED = re.compile(r"/organization/\{orgid\}/v\d/[a-z-]+")
_ERRORS = (400, 403, 404, 405, 409, 412, 429, 500)
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class Exemption:
    """Something in a document that no answer can keep to, or that nobody keeps to."""

    where: str
    why: str
    patch: Callable[[Document], int]
    """Changes the document as it was loaded; gives the number of places that it found."""


def _compilable_patterns(document: Document) -> int:
    found = [node for node in _nodes(document) if node.get("pattern") == r"^[a-zA-Z\d-_\s]+$"]
    for node in found:
        node["pattern"] = r"^[a-zA-Z\d_\s-]+$"
    return len(found)


def _json_media(document: Document) -> int:
    found = [node["content"] for node in _nodes(document) if "*/*" in node.get("content", ())]
    for content in found:
        content["application/json"] = content.pop("*/*")
    return len(found)


def _page_facts(document: Document) -> int:
    schemas = document["components"]["schemas"]
    envelopes = [
        schema["properties"]
        for name, schema in schemas.items()
        if name.startswith("ResponseEnvelope")
        and "additionalProperties" in schema["properties"].get("meta", ())
    ]
    for properties in envelopes:
        properties["meta"] = {"$ref": "#/components/schemas/MetaDataWithPagingInfo"}
    return len(envelopes)


def _profile_list_is_no_string(document: Document) -> int:
    schema = _success(document, "/organization/{orgid}/v3/user-profile", "get")
    wrong = schema.get("type") == "string"
    schema["type"] = "object"
    return int(wrong)


def _lists_without_arrays(document: Document) -> int:
    """Rows of lists need none of the arrays that the item's schema requires."""
    changed = 0
    for path in filter(_LISTED.fullmatch, document["paths"]):
        if "get" not in document["paths"][path]:
            continue
        envelope = _resolved(document, _success(document, path, "get"))
        rows = envelope["properties"]["data"]
        row = _resolved(document, rows["items"])
        arrays = [
            name
            for name in row.get("required", ())
            if _resolved(document, row["properties"][name]).get("type") == "array"
        ]
        if arrays:
            required = [name for name in row["required"] if name not in arrays]
            rows["items"] = row | {"required": required}
            changed += 1
    return changed


def _attributes_choose(document: Document) -> int:
    """`attributes` leaves out what the schema requires; see `conforms`, which asks for no more."""
    return sum(
        any(each["name"] == "attributes" for each in operation.get("parameters", ()))
        for _, _, operation in _operations(document)
    )


def _errors_everywhere(document: Document) -> int:
    """Every refusal of the contact center may come on every operation, with the usual body."""
    usual = {
        "description": "Refused",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/ApiErrorResponse"}}
        },
    }
    changed = 0
    for path, _, operation in _operations(document):
        if path.startswith("/organization/"):
            for status in map(str, _ERRORS):
                changed += status not in operation["responses"]
                operation["responses"].setdefault(status, usual)
    return changed


def _flow_refusals(document: Document) -> int:
    found = [
        response
        for path, _, operation in _operations(document)
        if path.startswith("/flow-store/")
        for response in operation["responses"].values()
        if response.get("content") == {}
    ]
    for response in found:
        del response["content"]
    return len(found)


def _flow_pages(document: Document) -> int:
    """Flows: the object that `includePagination` asks for, which the text describes alone."""
    schema = _success(document, "/flow-store/{orgId}/project/{projectId}/flows", "get")
    rows = dict(schema)
    numbers = ("currentPage", "totalRecords", "pageSize", "totalPages")
    page = {
        "type": "object",
        "required": ["data", *numbers],
        "properties": {"data": rows, **{name: {"type": "integer"} for name in numbers}},
    }
    schema.clear()
    schema["anyOf"] = [rows, page]
    return 1


def _partial_bodies(document: Document) -> int:
    """PATCH of users and bulk PATCH take parts of an object, whose schema wants it whole."""
    changed = 0
    for name in ("BulkRequestItemDTOUserDTO",):
        item = document["components"]["schemas"][name]["properties"]["item"]
        whole = _resolved(document, item)
        item.clear()
        item.update({key: value for key, value in whole.items() if key != "required"})
        changed += 1
    return changed


EXEMPTIONS: Mapping[str, tuple[Exemption, ...]] = {
    _CONTACT_CENTER: (
        Exemption(
            "names of sites and collections",
            r"the pattern `[a-zA-Z\d-_\s]` is no valid range: `-` is meant as itself",
            _compilable_patterns,
        ),
        Exemption(
            "media types",
            "most answers are declared as `*/*`, which nothing says how to read; they are JSON",
            _json_media,
        ),
        Exemption(
            "`meta` of lists",
            "some envelopes declare it as a map of objects, although page and pageSize are "
            "numbers; others name the schema that all of them keep to",
            _page_facts,
        ),
        Exemption(
            "GET v3/user-profile",
            "the envelope is declared as a string with properties; it is an object",
            _profile_list_is_no_string,
        ),
        Exemption(
            "rows of lists",
            "the text says that lists leave arrays out, the schema of a row requires them",
            _lists_without_arrays,
        ),
        Exemption(
            "lists with `attributes`",
            "rows have the fields that were asked for, not all that the schema requires",
            _attributes_choose,
        ),
        Exemption(
            "statuses of refusals",
            "GET declares no 400 (yet filters are refused), PUT no 409, PATCH no 412: the body is "
            "the same wherever one comes",
            _errors_everywhere,
        ),
        Exemption(
            "refusals of flows",
            "declared with a body of no media type at all: what is in it, nothing says",
            _flow_refusals,
        ),
        Exemption(
            "GET flows?includePagination=true",
            "the schema has the bare array only, the text describes the page",
            _flow_pages,
        ),
        Exemption(
            "PATCH user/bulk",
            "the schema of an item is the whole user, the text wants only what changes",
            _partial_bodies,
        ),
    ),
    _CONTROL_HUB: (),
}

UNDOCUMENTED: Mapping[str, str] = {
    r"/v1/[0-9a-f-]{36}/functions(/.*)?": "functions are in Cisco's full document only",
    r"/v1/access_token": "the token endpoint is described by a guide only",
    r"/v1/applications/[^/]+/token": "so are tokens of service apps",
}
"""Paths that the documents do not have, and why they are asked all the same."""


@dataclass(slots=True)
class _Request:
    """A request as openapi-core reads it."""

    method: str
    path: str
    parameters: RequestParameters
    body: bytes | None
    host_url: str = "http://tenant"
    content_type: str = "application/json"

    @property
    def full_url_pattern(self) -> str:
        return self.host_url + self.path


@dataclass(slots=True)
class _Response:
    """An answer as openapi-core reads it."""

    status_code: int
    data: bytes | None
    content_type: str = "application/json"
    headers: Headers = field(default_factory=Headers)


def conforms(  # noqa: PLR0913, PLR0917 - what makes a request, and what makes its answer
    method: str,
    path: str,
    query: Mapping[str, str],
    request: Any,
    status: int,
    response: Any,
) -> None:
    """Fails with what differs; skips the test where the documents are not there.

    `path` is the whole path, `request` and `response` are JSON values, None where there is no
    body. A request that was refused is not judged: often that is why it was.
    """
    if any(re.fullmatch(pattern, path) for pattern in UNDOCUMENTED):
        return
    control_hub = path.startswith("/v1/")
    document = _document(_CONTROL_HUB if control_hub else _CONTACT_CENTER)
    asked = _Request(
        method.lower(),
        path.removeprefix("/v1") if control_hub else path,
        RequestParameters(query=ImmutableMultiDict(query)),
        None if request is None else json.dumps(request).encode(),
    )
    answered = _Response(status, None if response is None else json.dumps(response).encode())
    what = f"{method} {path}?{urlencode(query)} -> {status}"
    if status < _REFUSED:
        _demand(document.iter_request_errors(asked), f"{what}: the request")
    if not (query.get("attributes") and status < _REFUSED):
        _demand(document.iter_response_errors(asked, answered), f"{what}: the answer")


def _demand(errors: Iterator[Exception], what: str) -> None:
    found = [_told(error) for error in errors]
    assert not found, "\n  ".join((what, *found))


def _told(error: BaseException) -> str:
    """An error with what is behind it: openapi-core says little itself, or shows the whole body."""
    schema_errors = getattr(error, "schema_errors", None)
    if schema_errors is not None:
        return "; ".join(f"{each.json_path}: {each.message:.300}" for each in schema_errors)
    if error.__cause__ is not None:
        return f"{type(error).__name__}: {_told(error.__cause__)}"
    return f"{type(error).__name__}: {error!s:.300}"


@functools.cache
def _document(name: str) -> OpenAPI:
    # not checked itself: Cisco's security schemes are no valid OpenAPI, and nothing here reads them
    unchecked = Config(spec_validator_cls=None)  # type: ignore[arg-type] # as its documents say
    return OpenAPI.from_dict(loaded(name, EXEMPTIONS[name]), unchecked)


def loaded(name: str, exemptions: tuple[Exemption, ...]) -> Document:
    """A document with the exemptions patched in."""
    document: Document = json.loads(shared(name).read_text(encoding="utf-8"))
    for each in exemptions:
        each.patch(document)
    return document


def _operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "patch", "delete"):
                yield path, method, operation


def _success(document: Document, path: str, method: str) -> Document:
    content = document["paths"][path][method]["responses"]["200"]["content"]
    schema: Document = next(iter(content.values()))["schema"]
    return schema


def _resolved(document: Document, node: Document) -> Document:
    while "$ref" in node:
        node = document["components"]["schemas"][node["$ref"].rpartition("/")[2]]
    return node


def _nodes(node: Any) -> Iterator[Document]:
    if isinstance(node, dict):
        yield node
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for each in inner:
        yield from _nodes(each)
