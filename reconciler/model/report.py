"""What all reports for machines have in common."""

FORMAT_VERSION = "1.0"
"""The version of every JSON document but plans and snapshots; what comes later only adds to it."""
