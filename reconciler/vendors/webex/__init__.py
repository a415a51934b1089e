"""What all groups of one Webex organization share: hosts, tokens, the token's owner, audit, errors.

It knows none of the groups (`webexcc` is the first one).
"""
