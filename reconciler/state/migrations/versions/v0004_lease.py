"""The lock as a lease with a fencing token; of each run the token that it had.

A lock that is held is kept: its holder, an older version, renews nothing and has no lease.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("lock", sa.Column("token", sa.Integer, nullable=False, server_default="1"))
    op.add_column("lock", sa.Column("held", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("lock", sa.Column("born", sa.String, nullable=False, server_default=""))
    op.add_column("lock", sa.Column("place", sa.String, nullable=False, server_default=""))
    op.add_column("lock", sa.Column("expires", sa.String))
    op.add_column("lock", sa.Column("ends", sa.Float))
    op.add_column("run", sa.Column("token", sa.Integer))
