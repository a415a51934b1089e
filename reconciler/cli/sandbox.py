"""`reconciler sandbox`: serve a sandbox tenant, act in it, start it over, make a seed for one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.options import Common, common, work
from reconciler.cli.streams import echo
from reconciler.contract.answers import offered
from reconciler.contract.discover import discover
from reconciler.contract.sandbox import Generated, Sandbox
from reconciler.engine.connect import sandbox_database, sandbox_of
from reconciler.engine.prepare import Work
from reconciler.engine.served_credentials import ServedCredentials, served_credentials
from reconciler.errors import UsageError
from reconciler.manifests.parse import parse
from reconciler.manifests.project import Tenant
from reconciler.model.diagnostic import InvalidInputError
from reconciler.model.rate import Rate
from reconciler.reporting import counting
from reconciler.reporting.escape import safe
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.faults import Fault, fault, latency_of
from reconciler.sandbox.faults import faults as read_faults
from reconciler.sandbox.faulty import faulty
from reconciler.sandbox.generated import seed_text, write_manifests
from reconciler.sandbox.limiting import limited
from reconciler.sandbox.store import Store
from reconciler.signals import exit_code_of

MOST_LISTED = 5_000
"""A seed of more objects would be larger than a file may be, and nobody would read it."""


@click.group(name="sandbox")
def command() -> None:
    """Serve a sandbox tenant, act in it as a person would, start it over."""


@command.command(name="act", short_help="Do something in the tenant's console.")
@click.argument("action", required=False)
@click.argument("arguments", nargs=-1, metavar="KEY=VALUE...")
@click.option("--as", "identity", metavar="IDENTITY", help="Who acts, by e-mail.")
@common
def act(
    chosen: Common, action: str | None, arguments: tuple[str, ...], identity: str | None
) -> int:
    """Do ACTION in the tenant's console, with the side effects that it has there.

    Without an ACTION, list all that there are, and what they take.
    """
    with work(chosen) as what, _sandbox(what) as (_, sandbox):
        if action is None:
            for name, usage in sandbox.actions.items():
                echo(f"{name} {usage}")
            return 0
        echo(safe(sandbox.act(action, _pairs(arguments), identity)))
    return 0


@command.command(name="serve", short_help="Answer on a port of this machine.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Where, on 127.0.0.1 alone; 0 takes a free one.",
)
@click.option(
    "--rate",
    default="300/min",
    show_default=True,
    metavar="RATE|off",
    callback=lambda _context, _parameter, value: _rate(value),
    help="How many requests a token has; over it the answer is a 429.",
)
@click.option("--latency", metavar="TIME", help="How long every answer takes, such as 50ms.")
@click.option(
    "--faults",
    "faults",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What goes wrong: a list, in YAML or JSON.",
)
@click.option(
    "--fault",
    "lines",
    multiple=True,
    metavar="LINE",
    help="""One fault, such as '503 on="PUT *" times=2'; may be repeated.""",
)
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop by itself after so long; by default at Ctrl-C or SIGTERM.",
)
@common
def serve(  # noqa: PLR0913, PLR0917 - one parameter for each option
    chosen: Common,
    port: int,
    rate: Rate | None,
    latency: str | None,
    faults: Path | None,
    lines: tuple[str, ...],
    seconds: float | None,
) -> int:
    """Answer as the vendor does at http://127.0.0.1:PORT, over the network instead of in-process.

    \b
    A fault is KIND or STATUS, and on which calls. Kinds: dropped, half-answer, cut-answer,
    latency, stale-read, shifting-pages, html, null-body, redirect, echo. Options of each:
      on="METHOD PATH"  nth=N  times=N|always  probability=P seed=N  when=before|after
      retryAfter=S|date:S  status=N  delay=TIME  to=ORIGIN  rows=1|-1

    Callers sign in with what an identity of the seed has: a `token` or a `serviceApp`, or an
    `accessKey`, whichever the vendor knows. What is printed at the start shows which, as the
    `credentials` of a tenant in reconciler.yaml.
    """
    from reconciler.sandbox import serving  # noqa: PLC0415 - nothing else needs the server

    wrong = _faults(faults and chosen.chdir / faults, lines, latency)
    with work(chosen) as what, _sandbox(what) as (tenant, sandbox):
        app = faulty(sandbox.app(), wrong)
        if rate is not None:
            app = limited(app, rate.requests, rate.seconds)
        listener = serving.listening(port)
        url = "http://{}:{}".format(*listener.getsockname())
        signing_in = served_credentials(what.groups(tenant), tenant, sandbox, what.project.root)
        echo(_served(tenant, sandbox, url, f"{rate or 'unlimited'}", len(wrong), signing_in))
        signalled = serving.serve(app, listener, seconds)
    chosen.say("Stopped.")
    return signalled and exit_code_of(signalled)


@command.command(name="seed", short_help="Make up a tenant of any size.")
@click.option(
    "--objects",
    type=click.IntRange(3, 1_000_000),
    default=100,
    show_default=True,
    help="How many managed objects in all: people, roles, profiles, collections.",
)
@click.option(
    "--seed",
    "number",
    type=int,
    default=1,
    show_default=True,
    help="Which tenant of that size; the same number makes the same one.",
)
@click.option(
    "--vendor",
    metavar="NAME",
    help="Of which system; an unknown name lists those that there are, the default first.",
)
@click.option(
    "-o", "--out", "file", type=click.Path(path_type=Path), help="The file; stdout by default."
)
@click.option(
    "--manifests",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Also write the manifests that describe the tenant.",
)
@common
def seed(  # noqa: PLR0913, PLR0917 - one parameter for each option
    chosen: Common,
    objects: int,
    number: int,
    vendor: str | None,
    file: Path | None,
    folder: Path | None,
) -> int:
    """Write the seed of a made-up tenant, for `sandbox: {seed: FILE}` in reconciler.yaml.

    Up to 5,000 objects the file has a line for each and can be edited; beyond that it says how
    many to make, and they are made when the tenant is first used. Nothing is written over.
    """
    made = _generator(vendor)(objects, number)
    root = chosen.chdir
    for each in (file, folder):
        if each is not None and (root / each).exists():
            raise UsageError("PRJ152", f"`{each}` is there already", hint="choose another name")
    text = seed_text(made.seed() if objects <= MOST_LISTED else made.short)
    if file is None:
        echo(text, nl=False)
    else:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
        chosen.say(f"Wrote {file}.")
    if folder is not None:
        files = write_manifests(root / folder, made.manifests())
        chosen.say(f"Wrote {counting.number(files, 'file')} of manifests into {folder}.")
    return 0


def _generator(wanted: str | None) -> Callable[[int, int], Generated]:
    able = sorted(discover().values(), key=lambda each: (not each.generated_by_default, each.name))
    known = {each.name: made for each in able if (made := offered(each.generate))}
    if wanted is None and known and (len(known) == 1 or able[0].generated_by_default):
        return next(iter(known.values()))
    if wanted not in known:
        raise UsageError(
            "PRJ106",
            f"`sandbox seed` does not support {wanted} yet" if wanted else "which system is meant?",
            hint=f"choose one with --vendor: {', '.join(known)}",
        )
    return known[wanted]


@command.command(name="reset", short_help="Start the tenant over from its seed.")
@click.argument("tenant", required=False)
@common
def reset(chosen: Common, tenant: str | None) -> int:
    """Throw the data of TENANT away and fill it from its seed again.

    Without TENANT, of the one that --tenant names, or of the only sandbox tenant. One that is being
    served starts over too, without being stopped; faults and request limits go on counting.
    """
    if tenant is not None:
        chosen = replace(chosen, tenants=(tenant,))
    with work(chosen) as what:
        found = _tenant(what)
        _throw_away(sandbox_database(found, what.project.root))
        with _sandbox(what):
            echo(f"Sandbox tenant {found.name} is as its seed again.")
    return 0


def _throw_away(database: Path) -> None:
    """Empty the file, which a server may have open; one that is no database goes."""
    if not database.exists():
        return
    try:
        store = Store(database)
    except SandboxError:
        for file in database.parent.glob(f"{database.name}*"):
            file.unlink()
        return
    store.wipe()
    store.close()


def _rate(text: str) -> Rate | None:
    rate = Rate.parse(text)
    if rate is None and text != "off":
        raise click.BadParameter(
            f"`{text}` is not a valid rate: write it like `300/min`, `5/s` or `off`"
        )
    return rate


def _faults(file: Path | None, lines: tuple[str, ...], slow: str | None) -> tuple[Fault, ...]:
    """All that is to go wrong; raises SandboxError and InvalidInputError."""
    wanted = read_faults(_listed(file)) if file else ()
    wanted += tuple(fault(line) for line in lines)
    return (*wanted, latency_of(slow)) if slow else wanted


def _listed(file: Path) -> object:
    try:
        documents, problems = parse(str(file), file.read_bytes())
    except OSError as error:
        raise UsageError("PRJ150", f"faults: `{file}` cannot be read: {error.strerror}") from error
    if problems:
        raise InvalidInputError(tuple(problems))
    return documents[0].value if len(documents) == 1 else None


def _served(  # noqa: PLR0913, PLR0917 - one parameter for each line
    tenant: Tenant,
    sandbox: Sandbox,
    url: str,
    rate: str,
    faults: int,
    signing_in: ServedCredentials,
) -> str:
    beside = [
        name
        for name, given in (
            ("facts", any(facts.model_fields_set for facts in tenant.facts.values())),
            ("patches", tenant.patches),
        )
        if given
    ]
    calls = sorted(call for calls in tenant.assumed.values() for call in calls)
    assumed = f"    assumed: [{', '.join(calls)}]\n" if calls else ""
    copied = f"    # and the {' and the '.join(beside)} of {tenant.name}\n" if beside else ""
    return f"""\
Sandbox tenant {tenant.name} is served at {url}; Ctrl-C stops it.
  requests    {rate}, each token
  faults      {faults or "none"}

In reconciler.yaml it is:
  {tenant.name}-served:
    vendor: {_vendor(tenant)}
    manifests: {json.dumps(list(tenant.manifests))}
    organization: {sandbox.organization}
    credentials: {signing_in.block}
    sandbox: {{url: "{url}"}}
{assumed}{copied}
{signing_in.meaning}"""


def _vendor(tenant: Tenant) -> str:
    """The systems of a tenant as the project file has them."""
    return tenant.groups[0] if len(tenant.groups) == 1 else f"[{', '.join(tenant.groups)}]"


@contextmanager
def _sandbox(what: Work) -> Iterator[tuple[Tenant, Sandbox]]:
    tenant = _tenant(what)
    with sandbox_of(
        tenant, what.groups(tenant), what.project.root, what.around.warn_once
    ) as sandbox:
        yield tenant, sandbox


def _tenant(what: Work) -> Tenant:
    sandboxes = [tenant for tenant in what.tenants if tenant.seed is not None]
    if len(sandboxes) == 1:
        return sandboxes[0]
    names = ", ".join(each.name for each in what.project.tenants.values() if each.seed)
    raise UsageError(
        "PRJ124",
        "several sandbox tenants are meant" if sandboxes else "no sandbox tenant is meant",
        hint=f"choose one with --tenant: {names}" if names else "the project has none",
    )


def _pairs(arguments: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for each in arguments:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise UsageError("RUN100", f"`{each}` is no KEY=VALUE")
        pairs[key] = f"{pairs[key]},{value}" if key in pairs else value
    return pairs
