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
    # click comes in only now: `--version` answers at the speed of a bare interpreter
    from reconciler.cli.group import run  # noqa: PLC0415

    sys.exit(run(arguments))


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
