"""The entry point: `--version` without any import, every command loaded when it is called."""

from __future__ import annotations

import sys

from reconciler import __version__

_TERRAFORM_FLAGS = frozenset(
    {"-target", "-auto-approve", "-detailed-exitcode", "-out", "-refresh-only", "-chdir"}
)


def main() -> None:
    """Run the command line of this process and exit."""
    arguments = [_with_two_dashes(each) for each in sys.argv[1:]]
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"reconciler {__version__}\n")
        sys.exit(0)
    # click comes in only now: `--version` answers at the speed of a bare interpreter
    from reconciler.cli.group import run  # noqa: PLC0415

    sys.exit(run(arguments))


def _with_two_dashes(argument: str) -> str:
    """Terraform's spelling of a flag as ours: `-target=A` is `--target=A`."""
    return f"-{argument}" if argument.partition("=")[0] in _TERRAFORM_FLAGS else argument
