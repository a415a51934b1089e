"""`reconciler graph`: a plan's operations, or the references of manifests, to be drawn."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler import pipeline
from reconciler.cli.interrupts import NOTHING_WRITTEN, meaning, run
from reconciler.cli.options import Common, drawing, snapshot, targets, work, work_on_snapshot
from reconciler.cli.output import saved
from reconciler.cli.streams import echo
from reconciler.errors import UsageError
from reconciler.model.plan import Plan
from reconciler.planning.graph import Graph, of_operations
from reconciler.reporting import graph, json

_DRAWN = {"dot": graph.dot, "mermaid": graph.mermaid}


@click.command(name="graph")
@click.argument("plan", required=False, type=click.Path(path_type=Path))
@click.option(
    "--type",
    "type_",
    type=click.Choice(["operations", "references"]),
    default="operations",
    show_default=True,
    help="What a plan does, or which manifest refers to what.",
)
@snapshot
@targets
@drawing
def command(
    chosen: Common,
    plan: Path | None,
    type_: str,
    snapshot: Path | None,
    targets: tuple[str, ...],
) -> int:
    """Print a graph in DOT, for Graphviz, or in Mermaid, for Markdown.

    An edge leads from what needs something to what it needs. Operations are those of the saved
    PLAN, or of the plan that `reconciler plan` would make. References need no tenant: what only
    the tenant has is dashed.

    `reconciler graph --type references | dot -Tsvg > access.svg`
    """
    if type_ == "references":
        if plan is not None or snapshot is not None:
            raise UsageError("RUN100", "references are those of manifests: leave the plan out")
        with work(chosen, targets) as what:
            _print(pipeline.references(what), chosen)
        return 0
    if plan is not None and (snapshot is not None or targets):
        raise UsageError("RUN100", "a saved plan is drawn as it is: leave the other options out")
    made = saved(plan) if plan is not None else _planned(chosen, snapshot, targets)
    if made.errored:
        raise UsageError(
            "RUN150",
            "the plan has errors, and so no operations",
            hint="see them with `reconciler plan`",
        )
    _print(of_operations(made), chosen)
    return 0


def _planned(chosen: Common, snapshot: Path | None, targets: tuple[str, ...]) -> Plan:
    opened = work_on_snapshot(chosen, snapshot, targets) if snapshot else work(chosen, targets)
    with meaning(NOTHING_WRITTEN), opened as what:
        return run(pipeline.plan(what))


def _print(drawn: Graph, chosen: Common) -> None:
    if chosen.json:
        echo(json.document(graph.as_json(drawn)), nl=False)
    else:
        echo(_DRAWN[chosen.format](drawn), nl=False)
    if not drawn.nodes:
        chosen.say("There is nothing to draw.")
