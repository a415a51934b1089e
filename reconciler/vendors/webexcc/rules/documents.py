"""The vendor's documents that rules name as their source."""

from reconciler.rules.rule import Document

D1 = Document("D1", "Webex Contact Center: user profiles and resource collections")
API = Document("OpenAPI", "Webex Contact Center, configuration API, 2026-05-04")
HELP = Document("vendor help", "Webex help centre: limits of a Contact Center tenant")
