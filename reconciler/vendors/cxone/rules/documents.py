"""Sources of rules: the vendor's documents, and what its API is seen to answer."""

from reconciler.rules.rule import Document

D3 = Document("D3", "NICE CXone Mpower: roles and permissions")
OBSERVED = Document("API", "NICE CXone: what its authorization API answers")
USER_HUB = Document("UserHub", "NICE CXone: UserHub API, user management and access keys")
