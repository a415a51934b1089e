"""Actions of a person in a vendor's console: each all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.sandbox.errors import Refusal, SandboxError
from reconciler.sandbox.store import Store


class _MissingError(Exception):
    """An argument that an action needs and was not given."""


class Arguments(dict[str, str]):
    """The arguments of an action; one that is asked for and is not there ends the action."""

    def __missing__(self, key: str) -> str:
        raise _MissingError(key)


def act(
    store: Store,
    actions: Mapping[str, str],
    action: str,
    identity: str,
    carry_out: Callable[[], str],
) -> str:
    """Do one action as an identity, and say what was done.

    `actions` are all that there are, each with what it takes. Raises SandboxError (PRJ127) where
    there is no such action, an argument is missing, or the console refuses it.
    """
    if action not in actions:
        forms = "\n".join(f"{each} {usage}" for each, usage in actions.items())
        raise SandboxError("PRJ127", f"unknown action `{action}`", hint=forms)
    try:
        with store.transaction():
            done = carry_out()
    except Refusal as refusal:
        raise SandboxError("PRJ127", f"the console refuses: {refusal.reason}") from refusal
    except _MissingError as error:
        usage = f"{action} {actions[action]}"
        raise SandboxError("PRJ127", f"{error.args[0]} is missing", hint=usage) from error
    return f"{identity}: {done}"
