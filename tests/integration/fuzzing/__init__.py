"""Schemathesis against the live service: a process, as an admin and as a member."""
