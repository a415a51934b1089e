"""Benchmarks: what a command costs, side by side with its floor and with Terraform.

Nothing here is part of the package, and nothing is asserted: `make bench` prints tables.
"""
