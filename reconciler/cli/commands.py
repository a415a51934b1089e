"""Every command with its one line, known before any of them is imported."""

from __future__ import annotations

COMMANDS = {
    "validate": "Check the manifests against the schema and every documented rule.",
    "plan": "Show what apply would do, without writing anything.",
    "show": "Show a saved plan.",
    "apply": "Make the tenants equal to Git, after asking.",
    "drift": "Show what was changed in the tenants behind Git's back.",
    "import": "Write manifests for what the tenant has and Git lacks.",
    "fmt": "Set manifests in one layout; comments and values stay.",
    "mv": "Rename a manifest, wherever it is named, and what is owned under it.",
    "graph": "The operations of a plan, or the references of manifests, to be drawn.",
    "snapshot": "A tenant as a file, for who has no credentials; two of them compared.",
    "state": "What is owned since when, past runs, the lock; give up ownership or a lock.",
    "rules": "Every documented rule with its source; one of them explained.",
    "vendors": "What each system offers, and why it does not offer the rest.",
    "schema": "Write the JSON Schemas of manifests, project and plan.",
    "version": "Print the version.",
    "demo": "The whole story on a sandbox tenant, nothing to configure.",
    "sandbox": "Serve a sandbox tenant, act in it as a person would, start it over.",
}
