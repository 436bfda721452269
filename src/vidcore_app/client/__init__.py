"""What a member's own machine does: log in to a service, send it files, and see them processed."""
