"""The engine: the only code that touches tenants, by way of what a vendor opens for it."""
