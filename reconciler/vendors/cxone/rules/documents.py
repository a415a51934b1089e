"""The vendor's document that rules name as their source."""

from reconciler.rules.rule import Document

D3 = Document("D3", "NICE CXone Mpower: roles and permissions")
