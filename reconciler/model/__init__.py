"""Pure data that every layer shares: no I/O, no vendor, no library but pydantic at the border."""
