"""The state: what we own, what we last applied, who works on it, what was done. SQL lives here."""
