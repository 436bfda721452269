"""HTTP: one table of routes that routes, authorises, parses and answers; everything else is below it."""

from adapters_http.app import HttpSettings, create_app
from adapters_http.server import Server, listen
from adapters_http.use_cases import UseCases

__all__ = ["HttpSettings", "Server", "UseCases", "create_app", "listen"]
