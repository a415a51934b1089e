"""Reporting: plain data becomes text or JSON; nothing here decides or computes."""
