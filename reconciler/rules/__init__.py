"""The mechanism of rules, not the rules: those live with their vendor."""
