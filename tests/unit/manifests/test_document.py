"""What is written as YAML is read as what it was, in few lines where it is short."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests.document import WIDTH, document, modeline, scalar
from reconciler.manifests.parse import parse
from tests.examples import examples

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.from_regex(r"[-+.0-9a-fexoEnyNY:_, #&*!|>'\"%@`{}\[\]?~]{0,8}", fullmatch=True),
    st.sampled_from(
        ["no", "on", "012", "1_000", "12:30", "2026-01-01", "null", "~", "", " a", "a: b"]
    ),
)
keys = texts.filter(lambda text: text not in ("", "<<"))  # the second one no manifest can have
plain = st.one_of(texts, st.booleans(), st.integers(-9, 9))
values = st.recursive(
    plain,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)


def read(text: str) -> Any:
    documents, problems = parse("a.yaml", text.encode())
    assert not problems, problems
    (only,) = documents
    return only.value


@examples(300)
@given(name=texts, spec=st.dictionaries(keys, values, max_size=5))
def test_what_is_written_is_read_again(name: str, spec: dict[str, Any]) -> None:
    written = document("webexcc/v1", "User", {"name": name}, spec)
    assert read(written) == {
        "apiVersion": "webexcc/v1",
        "kind": "User",
        "metadata": {"name": name},
        "spec": spec,
    }


@pytest.mark.parametrize(
    "text", ["Billing lead", "jane.doe@x.example", "Sales/EMEA", "Café", "R&D", "3 Queues", "Bob's"]
)
def test_ordinary_text_needs_no_quotes(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize("text", ["no", "Yes", "012", "1_000", "12:30", "1e3", "2026-01-01", "~"])
def test_what_other_readers_take_for_no_text_is_quoted(text: str) -> None:
    assert scalar(text) == f'"{text}"'


def test_what_is_short_stands_in_one_line() -> None:
    spec = {"userProfile": "lead", "site": "Berlin", "teams": ["Billing Berlin"]}
    assert document("webexcc/v1", "User", {"name": "sam@x.example"}, spec) == (
        "apiVersion: webexcc/v1\n"
        "kind: User\n"
        "metadata: {name: sam@x.example}\n"
        "spec: {userProfile: lead, site: Berlin, teams: [Billing Berlin]}\n"
    )


def test_what_is_long_or_read_word_by_word_has_a_line_each() -> None:
    queues = [f"Queue number {n}" for n in range(9)]
    spec = {
        "name": "Lead, for now",
        "permissions": {"queue": "edit"},
        "resources": {"collections": ["a", "b"], "default": "a"},
        "queues": queues,
    }
    written = document("webexcc/v1", "UserProfile", {"name": "lead"}, spec)
    assert written.splitlines()[4:8] == [
        "  name: Lead, for now",
        "  permissions:",
        "    queue: edit",
        "  resources: {collections: [a, b], default: a}",
    ]
    assert written.splitlines()[8:] == ["  queues:", *(f"    - {each}" for each in queues)]
    assert max(map(len, written.splitlines())) <= WIDTH


def test_the_line_for_editors_leads_to_the_schemas() -> None:
    assert modeline("a/b/c.yaml").endswith("$schema=../../schemas/manifest.json\n")
    assert modeline("c.yaml").endswith("$schema=schemas/manifest.json\n")
