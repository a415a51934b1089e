"""The entry point: `--version` without any import, every command loaded when it is called."""

from __future__ import annotations

import sys

from reconciler import __version__

_TERRAFORM_FLAGS = frozenset(
    {
        "-target", "-auto-approve", "-detailed-exitcode", "-out", "-refresh-only", "-chdir",
        "-no-color", "-parallelism",
    }
)  # fmt: skip


def main() -> None:
    """Run the command line of this process and exit."""
    arguments = _ours([_with_two_dashes(each) for each in sys.argv[1:]])
    if arguments in (["--version"], ["-V"]):
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


def _ours(arguments: list[str]) -> list[str]:
    """Terraform's `plan -refresh-only` is our `drift`."""
    if "plan" not in arguments or "--refresh-only" not in arguments:
        return arguments
    at = arguments.index("plan")
    rest = [each for each in arguments[at + 1 :] if each != "--refresh-only"]
    return [*arguments[:at], "drift", *rest]


def _with_two_dashes(argument: str) -> str:
    """Terraform's spelling of a flag as ours: `-target=A` is `--target=A`."""
    if argument == "-input=false":
        return "--no-input"
    return f"-{argument}" if argument.partition("=")[0] in _TERRAFORM_FLAGS else argument
