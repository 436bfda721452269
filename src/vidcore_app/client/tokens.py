"""The tokens of the services that a member is logged in to, in a file for the member's eyes alone."""

import json
from pathlib import Path

import attrs
from yarl import URL

from vidcore_app.client.failures import KeptFileError, NotLoggedInError, ServerNotChosenError
from vidcore_app.client.folders import write_private


@attrs.frozen
class TokenFile:
    """`{server: token}` in JSON at `path`, mode 0600."""

    path: Path

    def read(self) -> dict[str, str]:
        """Give all tokens. Raises KeptFileError for what is no such file."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        try:
            found = json.loads(text)
        except ValueError:
            raise KeptFileError(str(self.path)) from None
        if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
            raise KeptFileError(str(self.path))
        return found

    def keep(self, server: URL, token: str) -> None:
        """Keep a token, instead of the one that there was."""
        self._write({**self.read(), str(server): token})

    def forget(self, server: URL) -> bool:
        """Forget a token, and say whether there was one."""
        tokens = self.read()
        found = tokens.pop(str(server), None)
        if found is not None:
            self._write(tokens)
        return found is not None

    def token_of(self, server: URL) -> str:
        """Give the token for a service. Raises NotLoggedInError."""
        token = self.read().get(str(server))
        if token is None:
            raise NotLoggedInError(str(server))
        return token

    def only_server(self) -> URL:
        """Give the one service that is logged in to. Raises ServerNotChosenError if it is not one."""
        known = tuple(sorted(self.read()))
        if len(known) != 1:
            raise ServerNotChosenError(known)
        return URL(known[0])

    def _write(self, tokens: dict[str, str]) -> None:
        write_private(self.path, json.dumps(tokens, indent=2, sort_keys=True) + "\n")
