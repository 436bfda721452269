"""Imported at the start of an interpreter: embedded workers there look only when they are told to."""

from datetime import timedelta

from adapters_jobs.embedded import EmbeddedQueue

DEFAULTS = EmbeddedQueue.__init__.__kwdefaults__
assert DEFAULTS is not None
DEFAULTS["poll"] = timedelta(hours=1)
