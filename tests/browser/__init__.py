"""What only a browser can show: `nox -s browser`, with a Chromium on the PATH."""
