"""What happens to a service that is killed, paused, cut off and stopped: `python -m tests.chaos --help`."""
