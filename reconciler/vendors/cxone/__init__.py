"""NICE CXone Mpower: roles and employees."""
