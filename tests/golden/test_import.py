"""What import writes of the example's tenant, and what it says: would a person have written it?"""

from __future__ import annotations

import asyncio
import shutil

from reconciler import pipeline
from reconciler.reporting import importing
from reconciler.reporting import json as machine
from reconciler.reporting.paint import plain
from reconciler.reporting.text import Style
from tests.golden.conftest import Golden
from tests.workshop import EXAMPLE, Workshop

STYLE = Style(plain)


def test_the_tenant_of_the_example_imported(workshop: Workshop, golden: Golden) -> None:
    shutil.copytree(EXAMPLE, workshop.root, dirs_exist_ok=True)
    shutil.rmtree(workshop.root / "access")
    work = workshop.work()
    (tenant,) = work.tenants
    found = asyncio.run(pipeline.to_import(work, tenant))
    pipeline.keep_imported(work, tenant, found)
    golden("import/example.txt", importing.imported(found, STYLE))
    for name, data in found.rendered.files.items():
        golden(f"import/{name}", data.decode())


def test_what_is_missing_beside_manifests_that_are_there(
    workshop: Workshop, golden: Golden
) -> None:
    shutil.copytree(EXAMPLE, workshop.root, dirs_exist_ok=True)
    profiles = workshop.root / "access" / "alpine" / "profiles.yaml"
    kept = profiles.read_text("utf-8").split("---\n")
    profiles.write_text("---\n".join(kept[:-1]), encoding="utf-8")
    work = workshop.work()
    found = asyncio.run(pipeline.to_import(work, work.tenants[0]))
    golden("import/beside.txt", importing.imported(found, STYLE, dry=True))
    golden("import/beside.json", machine.document(importing.result([found], dry=True)))
