"""Building blocks of every vendor's sandbox: a store, an ASGI application, refusals."""
