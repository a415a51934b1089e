"""The entry point: `--version` without any import, every command loaded when it is called."""

from __future__ import annotations

import sys

from reconciler import __version__

_VERSION = (["--version"], ["-version"], ["-V"], ["version"])


def main() -> None:
    """Run the command line of this process and exit."""
    arguments = sys.argv[1:]
    if arguments in _VERSION:
        sys.stdout.write(f"reconciler {__version__}\n")
        sys.exit(0)
    sys.exit(_run(arguments))


def _run(arguments: list[str]) -> int:
    # all this comes in only now: `--version` answers at the speed of a bare interpreter
    from reconciler.cli import interrupts  # noqa: PLC0415

    try:
        interrupts.raise_signals()
        from reconciler.cli import streams  # noqa: PLC0415

        streams.prepare()
        from reconciler.cli.group import run  # noqa: PLC0415

        code = run(arguments)
        streams.finish()
    except interrupts.SignalledError as signalled:
        code = signalled.exit_code  # before there was anything to tell, or again while it was told
    interrupts.let_signals_end_it()
    return code
