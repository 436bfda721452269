"""What the core asks of the world: nouns in the core's own words, one file per neighbour.

An adapter inherits the Protocol that it fulfils, so a missing method is an error at construction.
Suites in `vidcore.testing` prove an adapter; the in-memory ones there pass them too.
"""
