"""Rules from Webex's documents on profiles, collections and users, one subject a module."""
