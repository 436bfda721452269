"""The one place that knows all parts: settings, container, command line."""
