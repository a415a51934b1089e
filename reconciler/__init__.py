"""Access as code for contact centers: YAML in Git, kept equal to live tenants."""

__version__ = "0.1.0"
