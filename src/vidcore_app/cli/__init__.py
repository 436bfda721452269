"""The command `vidcore`."""
