"""What every vendor's sandbox is built from: a store, an ASGI application, refusals."""
