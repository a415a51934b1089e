"""Vendors, one folder each; they arrive by entry point and are unaware of each other."""
