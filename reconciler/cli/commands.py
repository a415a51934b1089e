"""Every command with its one line, known before any of them is imported."""

from __future__ import annotations

COMMANDS = {
    "validate": "Check the manifests against the schema and every documented rule.",
    "plan": "Show what apply would do, without writing anything.",
    "show": "Show a saved plan.",
    "apply": "Apply a plan to the tenants (asks first).",
    "drift": "Show what was changed in the tenants outside of Git.",
    "import": "Write manifests for what the tenant has and Git lacks.",
    "fmt": "Format manifests; comments and values stay.",
    "mv": "Rename a manifest, with every reference to it and its ownership.",
    "graph": "Print the dependency graph (DOT, Mermaid, JSON).",
    "snapshot": "Export a tenant to a file, or compare two exports.",
    "state": "Inspect and repair the state: ownership, runs, lock.",
    "rules": "List the documented rules, or explain one.",
    "vendors": "Show what each vendor offers, and why it does not offer the rest.",
    "schema": "Write the JSON Schemas of manifests, project and plan.",
    "version": "Print the version.",
    "demo": "Run the whole workflow on a sandbox tenant, nothing to configure.",
    "sandbox": "Serve a sandbox tenant, change it as a person would, reset it.",
}
