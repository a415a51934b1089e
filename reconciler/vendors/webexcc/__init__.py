"""Webex Contact Center: user profiles, resource collections, users.

Read on 2026-11-23: "User profiles and resource collections" (D1) and Cisco's OpenAPI
"Webex Contact Center" of 2026-05-04.
"""
