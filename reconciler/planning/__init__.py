"""Planning: pure functions from desired, live and last applied to a plan. No I/O, no clock."""
