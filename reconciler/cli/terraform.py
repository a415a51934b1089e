"""Terraform's habits: its spellings become ours, and what has no counterpart gets a clear answer.

Only what stands before `--` is translated. What is refused is refused before any command runs, as
leaving a flag out silently would do something else than was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.errors import UsageError

_AS_OURS = frozenset(
    f"-{each}"
    for each in (
        # Terraform's
        "target", "auto-approve", "detailed-exitcode", "out", "refresh-only", "chdir", "no-color",
        "parallelism", "check", "diff", "lock-timeout", "help", "version", "force",
        # ours, as somebody would type them who is used to one dash
        "accept", "all", "allow", "dry-run", "format", "full", "keep-going", "no-input", "quiet",
        "resume", "revert", "runbook", "snapshot", "tenant", "verbose",
    )
)  # fmt: skip
"""Flags that only lack a dash."""

_INSTEAD = {
    "-json": ("--format=json",),
    "-input=false": ("--no-input",),
    "-input=true": (),
    "-compact-warnings": (),
    "-compact-warnings=true": (),
    "-refresh=true": (),
    "-lock=true": (),
    "-recursive": (),
    "-version=true": ("--version",),
    "-no-color=true": ("--no-color",),
}
"""Flags with another name here, or that ask for what is done anyway."""

_SNAPSHOT = "`reconciler plan --snapshot FILE` plans without reading the tenant: see `snapshot`"
_REFUSED = {
    "-refresh": ("a plan always reads the tenant", _SNAPSHOT),
    "-destroy": (
        "a tenant is never destroyed as a whole",
        "remove manifests from Git: the next plan destroys what they declared",
    ),
    "-replace": (
        "no object is replaced: its id and what refers to it would be lost",
        "change its manifest, or remove it and add it under a new name",
    ),
    "-var": ("manifests have no variables", "use `patches` of a tenant in reconciler.yaml"),
    "-var-file": ("manifests have no variables", "use `patches` of a tenant in reconciler.yaml"),
    "-state": (
        "the state has one place for everybody",
        "set `state` in reconciler.yaml, or RECONCILER_STATE",
    ),
    "-state-out": (
        "the state has one place for everybody",
        "set `state` in reconciler.yaml, or RECONCILER_STATE",
    ),
    "-backup": ("the state is a database", "back it up as your databases are"),
    "-generate-config-out": ("manifests are written by `import`", "reconciler import --all"),
    "-write": ("`fmt` writes, or checks", "reconciler fmt --check --diff"),
    "-list": ("`fmt` always lists what changes", "reconciler fmt --quiet"),
    "-allow-missing-config": ("`import` writes the manifest itself", "leave the flag out"),
    "-concise": ("there is no shorter form", "reconciler plan --quiet"),
}

_COMMANDS = {
    "init": "there is nothing to initialize: write reconciler.yaml, then `reconciler validate`",
    "destroy": "remove manifests from Git, then `reconciler plan`; a tenant is never destroyed",
    "refresh": "every plan reads the tenant; `reconciler drift` shows what was changed in it",
    "force-unlock": "use `reconciler state unlock TENANT`",
    "taint": "no object is replaced; change its manifest",
    "untaint": "no object is replaced; change its manifest",
    "workspace": "tenants are in reconciler.yaml; choose one with `--tenant NAME`",
    "output": "use `--format json`; `reconciler state show ADDRESS` has an object's id",
    "providers": "vendors are installed as packages; reconciler.yaml names them",
    "login": "credentials are named in reconciler.yaml, under a tenant's `credentials`",
    "logout": "credentials are named in reconciler.yaml, under a tenant's `credentials`",
    "console": "use `reconciler graph` and `reconciler state show ADDRESS`",
    "get": "there are no modules to get",
    "test": "use `reconciler validate`, and `reconciler plan --snapshot FILE` in CI",
}
_TAKES_LOCK = (["apply"], ["drift"], ["import"], ["mv"])
"""Commands that take the lock of a tenant, besides `state rm`: only these can wait for it."""
_WAITING = ("-lock-timeout", "--lock-timeout")
_LOCK = ("-lock", "--lock")
_FOLDER = ("-C", "-chdir", "--chdir")


def instead_of(command: str) -> str:
    """What to do instead of a Terraform command that does not exist here; empty for any other."""
    return _COMMANDS.get(command, "")


def translated(arguments: Sequence[str]) -> list[str]:
    """A command line in our spelling; what is refused stays as it is."""
    before, after = _split(arguments)
    words = [word for each in _without_waiting(before) for word in _translated(each)]
    return [*_reordered(words), *after]


def refuse(arguments: Sequence[str]) -> None:
    """Raise UsageError for a flag of Terraform that has no counterpart; `arguments` as typed."""
    before, _ = _split(arguments)
    takes_lock = _takes_lock(before)
    for each in before:
        flag, _, value = each.partition("=")
        flag = flag[1:] if flag.startswith("--") else flag
        if flag == "-lock" and value == "false" and takes_lock:
            raise UsageError(
                "RUN100",
                f"`{each}`: a command that writes always takes the lock of its tenant",
                hint="leave it out; `-lock-timeout=60s` waits for another run to end",
            )
        if flag in _REFUSED and not (flag == "-refresh" and value != "false"):
            summary, hint = _REFUSED[flag]
            raise UsageError("RUN100", f"`{each}`: {summary}", hint=hint)
    if _words(before)[:1] == ["apply"] and {"-refresh-only", "--refresh-only"} & set(before):
        raise UsageError(
            "RUN100",
            "`-refresh-only`: what was changed in a tenant is not taken over by an apply",
            hint="`reconciler drift --accept` writes it into the manifests",
        )
    if _words(before)[:2] == ["state", "mv"]:
        raise UsageError(
            "RUN100",
            "`state mv`: the name of an object is that of its manifest",
            hint="`reconciler mv OLD NEW` renames the manifest, what refers to it, and the state",
        )


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return list(arguments[:at]), list(arguments[at:])


def _words(arguments: Sequence[str]) -> list[str]:
    """What of a line is no flag, nor the folder of `-C`: the command and what it is about."""
    words: list[str] = []
    for before, each in zip(["", *arguments], arguments, strict=False):
        if not each.startswith("-") and before not in _FOLDER:
            words.append(each)
    return words


def _takes_lock(arguments: Sequence[str]) -> bool:
    words = _words(arguments)
    return words[:1] in _TAKES_LOCK or words[:2] == ["state", "rm"]


def _without_waiting(arguments: list[str]) -> Iterator[str]:
    """The line without how long to wait for a lock, where its command takes none."""
    if _takes_lock(arguments):
        yield from arguments
        return
    value_follows = False
    for each in arguments:
        if value_follows and not each.startswith("-"):
            value_follows = False
            continue
        value_follows = each in _WAITING
        name, equals, value = each.partition("=")
        if not (name in _WAITING or (name in _LOCK and equals and value == "false")):
            yield each


def _translated(argument: str) -> Iterator[str]:
    if argument in _INSTEAD:
        yield from _INSTEAD[argument]
    elif argument.partition("=")[0] in _AS_OURS:
        yield f"-{argument}"
    else:
        yield argument


def _reordered(arguments: list[str]) -> list[str]:
    """`plan --refresh-only` is our `drift`, and `help X` is `X --help`."""
    command = next(iter(_words(arguments)), "")
    if command == "plan" and "--refresh-only" in arguments:
        words = ["drift" if each == "plan" else each for each in arguments]
        return [each for each in words if each != "--refresh-only"]
    if command == "help":
        at = arguments.index("help")
        return [*arguments[:at], *arguments[at + 1 :], "--help"]
    return arguments
