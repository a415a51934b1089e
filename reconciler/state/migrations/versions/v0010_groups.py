"""What is kept by kind is kept by group and kind, and the organization of each tenant is recorded.

A tenant had one group until now. Which one it was the state does not say in every row, so rows
from before have an empty group: the one group of the tenant that has the kind (`claimed`).
"""

import json
import zlib
from contextlib import suppress

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "tenant",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("organization", sa.String, nullable=False),
    )
    op.rename_table("spent", "spent_of_one_group")
    op.create_table(
        "spent",
        sa.Column("tenant", sa.String, primary_key=True),
        sa.Column("group", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("object_id", sa.String, nullable=False),
        sa.Column("seen", sa.String, nullable=False),
    )
    op.execute(
        'INSERT INTO spent (tenant, "group", kind, name, object_id, seen) '
        "SELECT tenant, '', kind, name, object_id, seen FROM spent_of_one_group"
    )
    op.drop_table("spent_of_one_group")
    _memories()


def _memories() -> None:
    memory = sa.table(
        "memory",
        sa.column("tenant", sa.String),
        sa.column("remembered", sa.LargeBinary),
        sa.column("known", sa.LargeBinary),
    )
    connection = op.get_bind()
    for tenant, remembered, known in connection.execute(sa.select(memory)).all():
        values: dict[str, bytes] = {}
        with suppress(zlib.error, ValueError, TypeError, AttributeError):  # its reader refuses it
            if remembered:
                values["remembered"] = _packed({"": _unpacked(remembered)})
            if known:
                by_kind = {f"/{kind}": ids for kind, ids in _unpacked(known).items()}
                values["known"] = _packed(by_kind)
            if values:
                connection.execute(
                    sa.update(memory).where(memory.c.tenant == tenant).values(**values)
                )


def _packed(data: object) -> bytes:
    return zlib.compress(json.dumps(data, separators=(",", ":"), sort_keys=True).encode())


def _unpacked(data: bytes) -> dict[str, object]:
    found: dict[str, object] = json.loads(zlib.decompress(data))
    return found
