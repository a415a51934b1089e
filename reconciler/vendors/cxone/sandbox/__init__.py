"""An emulated CXone tenant: a second witness, with code of its own."""
