"""What an interrupted run needs to be understood and finished: its plan, and per operation the
record of ownership that it leaves.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("run", sa.Column("plan", sa.LargeBinary))
    op.add_column("operation", sa.Column("keep", sa.JSON))
    op.add_column("operation", sa.Column("drop", sa.String))
