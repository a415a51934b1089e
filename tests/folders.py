"""A tenant with Analyzer folders, in its seed and its facts, and a profile that has some."""

from __future__ import annotations

FACTS = (
    "    facts: {analyzerFolders: {Sales: {id: 12}, Sales/EMEA: {id: 31}, "
    "Stock: {id: 3, stock: true}}}\n"
)
FOLDERS = (
    "analyzerFolders: [{path: Sales, id: 12}, {path: Sales/EMEA, id: 31}, "
    "{path: Stock, id: 3, stock: true}]\n"
)
FIELDS = ("editableFolderIds", "viewableFolderIds", "nonViewableFolderIds")


def lead(folders: str, analyzer: str = "view") -> str:
    """The manifest of the profile `lead`; `folders` is its last line, or nothing."""
    return f"""\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {{name: lead}}
spec:
  profileType: supervisor
  permissions: {{analyzer: {analyzer}}}
  resources: all
{folders}"""
