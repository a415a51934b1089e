"""Where a tenant's credentials are: the shapes of `credentials`, and what it must never hold.

Looked at before anything else of the project file: what is written in place of a secret's
whereabouts may be the secret, and is never shown again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field

from reconciler.contract.credentials import ANY_WAY, CredentialForm
from reconciler.model.diagnostic import Path, Position
from reconciler.model.resource import Manifest

VARIABLE = r"[A-Za-z_][A-Za-z0-9_]{0,63}"
Found = tuple[str, Path, str, str]
"""Code, path, summary and hint of something wrong."""


class FromEnvironment(Manifest, defer_build=True):
    """The name of a variable, never what it holds."""

    env: str = Field(
        description="The name of the environment variable that holds it.",
        examples=["CONTOSO_TOKEN"],
    )


class FromFile(Manifest, defer_build=True):
    """A file that holds it and nothing else."""

    file: str = Field(
        description="The file that holds it, relative to this one or absolute; only its owner may "
        "read it.",
        examples=["/run/secrets/token"],
    )


class FromCommand(Manifest, defer_build=True):
    """A command that prints it; it runs only where RECONCILER_ALLOW_COMMAND is 1."""

    command: list[str] = Field(
        min_length=1,
        description="The program and its arguments; no shell is involved.",
        examples=[["op", "read", "op://ops/contact-center/token"]],
    )


Secret = FromEnvironment | FromFile | FromCommand


Credentials = Secret | dict[str, dict[str, Secret]]
"""A token by itself, or one form of several parts: the form's key, and each part by its key."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of credentials that vendors take; a vendor is asked where its name is written.

    `names` are those of all vendors, `of` gives the forms of one.
    """

    names: Collection[str]
    of: Callable[[str], Sequence[CredentialForm]]

    def of_tenant(self, vendor: object) -> Mapping[str, CredentialForm]:
        """The forms of the vendors that a tenant names, which may be of any shape yet."""
        named = vendor if isinstance(vendor, list) else [vendor]
        known = [name for name in named if isinstance(name, str) and name in self.names]
        return {form.key: form for name in known for form in self.of(name)}

    def every(self) -> Mapping[str, CredentialForm]:
        """The forms of all vendors."""
        return {form.key: form for name in self.names for form in self.of(name)}


@dataclass(frozen=True, slots=True)
class _Known:
    """The forms that one tenant may mean: those of its vendors, else those of any vendor."""

    forms: Forms
    vendor: object

    def of(self, written: object) -> Mapping[str, CredentialForm]:
        """The forms to read these credentials by; others are imported for what is unknown alone."""
        own = self.forms.of_tenant(self.vendor)
        if isinstance(written, dict) and written.keys() <= {*ANY_WAY, *own}:
            return own
        return {**self.forms.every(), **own}


def misplaced(file: Any, forms: Forms) -> Iterator[Found]:
    """All that the tenants hold and must not, in words without any value."""
    tenants = file.get("tenants") if isinstance(file, dict) else None
    for name, tenant in tenants.items() if isinstance(tenants, dict) else ():
        if not isinstance(tenant, dict):
            continue
        known = _Known(forms, tenant.get("vendor"))
        if tenant.get("credentials") is not None:
            at: Path = ("tenants", name, "credentials")
            yield from _credentials(tenant["credentials"], at, known)
        if tenant.get("audit") is not None:
            yield from _audit(tenant["audit"], ("tenants", name, "audit"), known)
        sandbox = tenant.get("sandbox")
        if isinstance(sandbox, dict) and "@" in str(sandbox.get("url")):
            at, hint = ("tenants", name, "sandbox", "url"), "write it like `http://127.0.0.1:8080`"
            yield "PRJ164", at, "the URL of a sandbox names no user", hint


def hidden(place: Position) -> Position:
    """The place without its text, which may be a secret."""
    text = " " * (place.column - 1) + "***"
    return replace(place, text=text, end_column=place.column + 3)


def _credentials(written: Any, at: Path, known: _Known) -> Iterator[Found]:
    forms = known.of(written)
    if not isinstance(written, dict):
        yield _literal(at, "the credentials", _how(forms))
    elif "keyring" in written:
        hint = "use `file` or `command`: a command can ask the keyring"
        yield "PRJ161", (*at, "keyring"), "`keyring` is not in this version", hint
    elif len(written) == 1 and set(written) <= forms.keys():
        ((key, parts),) = written.items()
        yield from _in_parts(parts, (*at, key), forms[key])
    else:
        yield from _secret(written, at, ANY_WAY, _how(forms))


def _how(forms: Mapping[str, CredentialForm]) -> str:
    ways = ["{env: NAME}", "{file: PATH}", "{command: [PROGRAM, ...]}"]
    *some, last = [*ways, *(f"{{{key}: ...}}" for key in forms)]
    return f"write {', '.join(some)} or {last}"


def _audit(written: Any, at: Path, known: _Known) -> Iterator[Found]:
    if not isinstance(written, dict):
        yield "PRJ160", at, "`audit` holds where the credentials are, and nothing else", _AUDIT
        return
    for key in written.keys() - {"credentials", "as"}:
        yield "PRJ160", at, _no_key(key, "`audit`"), _AUDIT
    if written.get("credentials") is not None:
        yield from _credentials(written["credentials"], (*at, "credentials"), known)


_AUDIT = "write `audit: {credentials: {env: NAME}}`, for an embedded sandbox `audit: {}`"


def _in_parts(written: Any, at: Path, form: CredentialForm) -> Iterator[Found]:
    what, parts = form.title, {part.key: part for part in form.parts}
    *some, last = (f"`{part}`" for part in parts)
    hint = f"the {what} has {', '.join(some)} and {last}, each {{env: NAME}} or {{file: PATH}}"
    if not isinstance(written, dict):
        yield _literal(at, f"the {what}", hint)
        return
    for key in written.keys() - parts.keys():
        yield "PRJ160", at, _no_key(key, f"the {what}"), hint
    for key, part in parts.items():
        if key not in written:
            yield "PRJ102", at, f"the {what} has no `{key}`", hint
        elif not isinstance(written[key], dict):
            yield _literal((*at, key), f"`{key}`", hint)
        else:
            yield from _secret(written[key], (*at, key), part.ways, hint)


def _secret(written: dict[str, Any], at: Path, ways: tuple[str, ...], hint: str) -> Iterator[Found]:
    unknown = [key for key in written if key not in ways]
    if unknown or len(written) != 1:
        said = _no_key(unknown[0], "this") if unknown else "exactly one of them is wanted"
        yield "PRJ160", at, said, hint
        return
    ((way, value),) = written.items()
    if way == "command":
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            yield "PRJ160", (*at, way), "`command` is a list: a program and its arguments", hint
        elif not value:
            yield "PRJ160", (*at, way), "`command` names no program", hint
    elif not isinstance(value, str) or not value:
        yield "PRJ160", (*at, way), f"`{way}` wants text", hint
    elif way == "env" and not re.fullmatch(VARIABLE, value):
        yield (
            "PRJ160",
            (*at, way),
            "this is not a valid name of an environment variable",
            "write the name of the variable, never what it holds; if this is a secret, revoke it",
        )


def _no_key(key: object, what: str) -> str:
    """An unknown key; the key itself is shown only where it is surely none of a secret."""
    shown = f"`{key}`" if re.fullmatch(r"[A-Za-z]{1,20}", str(key)) else "this key"
    return f"{what} has no {shown}: secrets are never written here"


def _literal(at: Path, what: str, hint: str) -> Found:
    return (
        "PRJ160",
        at,
        f"{what} must not be written here",
        f"{hint}; if this is a secret, revoke it: it is in the history of Git",
    )
