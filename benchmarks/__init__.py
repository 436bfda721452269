"""What is measured by hand: each module is a script that says its command."""
