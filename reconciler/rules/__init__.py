"""The mechanism of rules, not the rules: those belong to their vendor."""
