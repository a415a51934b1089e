"""Change files of a project and its state together: files first, all or none, then the records.

A process that is killed in between leaves manifests that say what the tenant has, and a state that
the next apply brings up to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from reconciler.engine.checkout import commit_of
from reconciler.engine.prepare import Work
from reconciler.errors import StalePlanError
from reconciler.manifests.writing import write_all
from reconciler.model.journal import Author
from reconciler.model.ownership import Row
from reconciler.state.sql import create_state


@dataclass(frozen=True, slots=True)
class Kept:
    """The changes of one tenant's records: `rows` is the state as it was read.

    `identity` is whose credentials read the tenant, empty where nobody's did; `previous_name` is
    the name under which the state has the tenant, where that is another one.
    """

    rows: Mapping[str, Row]
    keep: Sequence[Row] = ()
    drop: Sequence[str] = ()
    identity: str = ""
    previous_name: str = ""


def keep_together(
    work: Work,
    command: str,
    files: Mapping[str, bytes],
    before: Mapping[str, bytes],
    records: Mapping[str, Kept],
) -> None:
    """Write files (`before` is what is there) and the records of tenants; no tenant is touched.

    Where there are no records there is no lock, and no state is made. Raises StalePlanError or
    UsageError, with nothing written, where the state or a file is not as it was, LockedError where
    another run holds a tenant.
    """
    root = work.project.root
    if not records:
        write_all(root, files, before)
        return
    state = create_state(work.project.state, root)
    try:
        with ExitStack() as held:
            leases = {
                tenant: held.enter_context(
                    state.lock(
                        tenant,
                        command,
                        work.around.warn,
                        patience=work.around.lock_timeout,
                    )
                )
                for tenant in sorted(records)
            }
            for tenant, each in records.items():
                if each.previous_name:
                    state.rename_tenant(each.previous_name, tenant)
                if state.rows(tenant) != each.rows:
                    raise StalePlanError(
                        "RUN167",
                        f"what is owned in {tenant} was changed in the meantime",
                        hint="nothing was written: run the command again",
                    )
            write_all(root, files, before)
            for tenant, each in records.items():
                leases[tenant].check()
                author = Author(each.identity, commit_of(root))
                run = state.start_run(tenant, command, lease=leases[tenant], author=author)
                state.record(run, each.keep, each.drop)
                state.finish_run(run, "done")
    finally:
        state.close()
