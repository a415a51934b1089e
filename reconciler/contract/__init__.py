"""The contract of a vendor in four parts, and its discovery."""
