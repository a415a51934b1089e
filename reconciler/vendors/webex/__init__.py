"""Shared by all groups of a Webex organization: hosts, tokens, the token's owner, audit, errors.

It knows none of the groups (`webexcc` is the first one).
"""
