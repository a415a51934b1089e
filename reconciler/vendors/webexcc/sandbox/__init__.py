"""An emulated Webex Contact Center tenant: raw JSON in, raw JSON out, with code of its own.

A second witness: nothing here knows the client's models, rules or wire formats.
Sources: Cisco's OpenAPI "Webex Contact Center" of 2026-05-04 and D1; where they are silent,
what was seen of real tenants.
"""
