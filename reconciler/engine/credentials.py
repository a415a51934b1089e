"""From where the project file says that a secret is, to the secret: variables, files, commands.

What is read here is never shown: no message has it, and no exception of the system's is kept that
could.
"""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import ProjectError
from reconciler.http.secrets import remember
from reconciler.manifests.credentials import FromCommand, FromEnvironment, FromFile, Secret

ALLOW = "RECONCILER_ALLOW_COMMAND"
COMMAND_SECONDS = 60
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """The place of one secret of a tenant; `what` is it in words."""

    tenant: str
    what: str
    source: Secret
    root: Path
    environment: Mapping[str, str]
    warn: Callable[[str], None]

    async def read(self) -> str:
        """The secret as it is there now; raises ProjectError."""
        match self.source:
            case FromEnvironment(env=name):
                return remember(self._variable(name))
            case FromFile(file=name):
                return remember(self._file(name))
            case FromCommand(command=command):
                return remember(await asyncio.to_thread(self._command, command))

    def keep(self, secret: str) -> None:
        """Store a secret that replaces the one there; warns where that cannot be."""
        if isinstance(self.source, FromFile):
            try:
                _write(self.root / self.source.file, secret)
            except OSError as error:
                self.warn(f"{self._new()}, and {self.source.file} cannot hold it: {error.strerror}")
            return
        where = (
            f"the variable {self.source.env}"
            if isinstance(self.source, FromEnvironment)
            else "what the command prints"
        )
        self.warn(
            f"{self._new()}: {where} holds the old one, which may stop working. "
            "Keep it in a file, which is written back, or make a new one before it ends"
        )

    def _new(self) -> str:
        return f"tenant {self.tenant}: the vendor gave a new {self.what}"

    def _variable(self, name: str) -> str:
        if secret := self.environment.get(name, "").strip():
            return secret
        raise ProjectError(
            "PRJ123",
            f"tenant `{self.tenant}` takes its {self.what} from {name}, which is not set",
            hint=f"export {name}, or choose another tenant with --tenant",
        )

    def _file(self, name: str) -> str:
        told = f"tenant `{self.tenant}` takes its {self.what} from the file `{name}`"
        try:
            descriptor = os.open(self.root / name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(descriptor, "rb") as opened:
                found = os.fstat(opened.fileno())
                if problem := _unfit(found):
                    raise ProjectError("PRJ162", f"{told}, {problem[0]}", hint=problem[1])
                secret = opened.read(_MOST_BYTES).decode("utf-8").strip()
        except OSError as error:
            raise ProjectError(
                "PRJ162",
                f"{told}, which cannot be read: {error.strerror}",
                hint="put it there, readable by you alone, or correct `credentials`",
            ) from None
        except UnicodeDecodeError:
            raise ProjectError("PRJ162", f"{told}, which is not text") from None
        if not secret:
            raise ProjectError("PRJ162", f"{told}, which is empty")
        return secret

    def _command(self, command: list[str]) -> str:
        told = f"tenant `{self.tenant}` takes its {self.what} from `{command[0]}`"
        if self.environment.get(ALLOW) != "1":
            raise ProjectError(
                "PRJ163",
                f"{told}, and commands of a project file are not run",
                hint=f"read it first; then let it run with {ALLOW}=1",
            )
        try:
            done = subprocess.run(  # noqa: S603 - allowed by name, no shell
                command,
                cwd=self.root,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            said = f"{told}, which did not end within {COMMAND_SECONDS} s"
            raise ProjectError("PRJ163", said, hint=_BY_HAND) from None
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or "not a command"
            raise ProjectError("PRJ163", f"{told}, which cannot run: {reason}") from None
        secret = done.stdout.decode("utf-8", "replace").strip()
        if done.returncode or not secret:
            how = f"ended with {done.returncode}" if done.returncode else "printed nothing"
            raise ProjectError("PRJ163", f"{told}, which {how}", hint=_BY_HAND)
        return secret


_BY_HAND = "run it by hand to see why; its output is not shown here"


def _unfit(found: os.stat_result) -> tuple[str, str] | None:
    """Why a file is no place for a secret, and what to do."""
    if not stat.S_ISREG(found.st_mode):
        return "which is not a file", "give the path of a file that holds it and nothing else"
    if os.name == "posix" and found.st_mode & 0o077:
        mode = stat.S_IMODE(found.st_mode)
        return f"which others may read or write (mode {mode:04o})", "run `chmod 600` on it"
    if found.st_size > _MOST_BYTES:
        return "which is too large for a secret", "the file holds it and nothing else"
    return None


def _write(path: Path, secret: str) -> None:
    """Replace a file in one step; no moment at which it is half written or open to others."""
    target = Path(os.path.realpath(path))
    descriptor, made = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:  # mkstemp gives mode 0600
            opened.write(secret + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        Path(made).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(made).unlink()
        raise
