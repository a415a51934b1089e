"""HTTP towards vendors: the only package that knows an HTTP library."""
