"""Actions of a person in the console: with their own rights, and the vendor's side effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.vendors.webexcc.sandbox import accounts, creating, editing
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.data import Data
from reconciler.vendors.webexcc.sandbox.form import Form

_PROFILE = "PERMISSION=LEVEL editable=A,B viewable=A,B hidden=A,B"

_FORMS: Mapping[str, tuple[Callable[[Form], str], str]] = {
    "edit-profile": (
        editing.profile,
        f"profile=NAME [name= description= collections=all|A,B default=A {_PROFILE}]",
    ),
    "edit-collection": (
        editing.collection,
        "collection=NAME [name= description= TYPE=all|none|A,B]",
    ),
    "move-user": (editing.user, "user=E-MAIL [profile=NAME site=NAME teams=A,B]"),
    "create-profile": (
        creating.profile,
        "name=NAME type=TYPE [description= permissions=all "
        f"collections=all|A,B default=A {_PROFILE}]",
    ),
    "create-collection": (
        creating.collection,
        "name=NAME site=all|A,B team=all|A,B queue=all|A,B channel=all|A,B "
        "[description= TYPE=all|none|A,B]",
    ),
    "create-queue": (creating.queue, "name=NAME [FIELD=VALUE]"),
    "create-team": (creating.team, "name=NAME site=NAME [FIELD=VALUE]"),
    "create-resource": (creating.resource, "type=TYPE name=NAME [FIELD=VALUE]"),
    "create-folder": (creating.folder, "path=A/B [id=NUMBER stock=true|false]"),
    "deactivate-resource": (editing.deactivated, "type=TYPE name=NAME"),
    "delete-resource": (editing.deleted, "type=TYPE name=NAME"),
    "create-user": (
        accounts.create,
        "user=E-MAIL [profile=NAME site=NAME teams=A,B licence=LICENCE first-name= last-name=]",
    ),
    "delete-user": (accounts.delete, "user=E-MAIL"),
}

ACTIONS: Mapping[str, str] = {action: usage for action, (_, usage) in _FORMS.items()}
"""Every action, and what it takes."""


def carry_out(data: Data, action: str, arguments: Mapping[str, str], identity: str) -> str:
    """Do one action as an identity; raises SandboxError or Refusal where the console refuses."""
    fill_in, usage = _FORMS[action]
    done = fill_in(Form(Access.of(data, identity), action, usage, dict(arguments)))
    data.log(identity, done)
    return done
