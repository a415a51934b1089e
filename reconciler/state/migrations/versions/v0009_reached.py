"""How far each run reaches: what it destroys, whose access it changes, who becomes able to give
rights, and the overrides that it had. Runs of earlier versions have none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("run", sa.Column("reached", sa.LargeBinary))
    op.add_column("run", sa.Column("allowed", sa.String))
