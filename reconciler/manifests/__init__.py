"""From files to resources: finding, reading, checking the shape; only here is YAML known."""
