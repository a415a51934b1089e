"""The only place that turns exceptions into text and an exit code.

Usage errors are 1, not click's 2: 2 means differences and nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from reconciler.cli.interrupts import SignalledError
from reconciler.cli.streams import UnwritableError, echo, is_no_room
from reconciler.errors import ReconcilerError, UsageError

INTERRUPTED = 130


def exit_code(command: Callable[[], object], arguments: list[str]) -> int:
    """Run a command; its integer result is the exit code, nothing is 0."""
    try:
        return _exit_code(command, arguments)
    except UnwritableError as error:
        # of a reader who has left nothing is to be told, and there is nobody to tell it to
        if not error.gone:
            _tell(UsageError("RUN129", f"the output cannot be written: {error}"), [])
        return 1


def _exit_code(command: Callable[[], object], arguments: list[str]) -> int:
    try:
        result = command()
    except ReconcilerError as error:
        _tell(error, arguments)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 1
    except SignalledError as signalled:
        echo(signalled.told, err=True)
        if _wants_json(arguments):
            from reconciler.reporting import json  # noqa: PLC0415 - seldom needed

            echo(json.interrupted())
        return signalled.exit_code
    except (KeyboardInterrupt, click.Abort):
        echo("Interrupted.", err=True)
        return INTERRUPTED
    except UnwritableError:
        raise
    except Exception as error:
        if is_no_room(error):  # for the library's own output, such as `--help`
            raise UnwritableError(error) from error
        echo(
            f"This is a bug in reconciler. Please report it with {_logged()}, which shows where it "
            "happened and holds no token.\n`reconciler plan` shows what remains to be done.",
            err=True,
        )
        return 1
    return result if isinstance(result, int) else 0


def _tell(error: ReconcilerError, arguments: list[str]) -> None:
    from reconciler.cli.terminal import paint_for, room  # noqa: PLC0415 - a failure may be slow

    if _wants_json(arguments):
        from reconciler.reporting import json  # noqa: PLC0415

        echo(json.document(json.error(error)), nl=False)
        return
    from reconciler.errors import TenantError  # noqa: PLC0415
    from reconciler.model.diagnostic import InvalidInputError  # noqa: PLC0415
    from reconciler.reporting import diagnostics  # noqa: PLC0415
    from reconciler.reporting.wrapping import wrapped  # noqa: PLC0415

    paint = paint_for(sys.stderr, no_color="--no-color" in arguments)
    if isinstance(error, InvalidInputError):
        whole = not {"-v", "--verbose"}.isdisjoint(arguments)
        for each in diagnostics.listed(
            error.diagnostics, paint, whole=whole, room=room(sys.stderr)
        ):
            echo(wrapped(each, room(sys.stderr)), err=True)
        echo(f"Stopped: {diagnostics.summary(error.diagnostics)}.", err=True)
        return
    tracking_id = error.tracking_id if isinstance(error, TenantError) else ""
    text = diagnostics.refusal(error.told, paint, tracking_id)
    echo(wrapped(text, room(sys.stderr)), err=True)


def _wants_json(arguments: list[str]) -> bool:
    pairs = zip(arguments, [*arguments[1:], ""], strict=False)
    return any(a == "--format=json" or (a == "--format" and b == "json") for a, b in pairs)


def _logged() -> Path:
    """Write the traceback of the moment down, without secrets, for its owner alone."""
    # seldom needed, and every command would wait for them
    import tempfile  # noqa: PLC0415
    import traceback  # noqa: PLC0415

    from reconciler.http.secrets import redacted  # noqa: PLC0415

    with tempfile.NamedTemporaryFile(
        "w", prefix="reconciler-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(redacted(traceback.format_exc()))
    return Path(log.name)
