"""What every source of ids and of secrets promises."""

import re
from itertools import pairwise
from uuid import RFC_4122

from vidcore.ports.identity import IdSource, SecretSource


class IdSourceContract:
    """Give a fixture `ids`: an IdSource."""

    def test_ids_are_version_7(self, ids: IdSource) -> None:
        """As RFC 9562 5.7 lays them out."""
        made = ids.new()

        assert (made.version, made.variant) == (7, RFC_4122)

    def test_each_id_sorts_after_all_before_it(self, ids: IdSource) -> None:
        """Even when many are made within a millisecond; so none is given twice."""
        made = [ids.new() for _ in range(20_000)]

        assert all(earlier < later for earlier, later in pairwise(made))
        assert [each.hex for each in made] == sorted(each.hex for each in made)


class SecretSourceContract:
    """Give a fixture `secrets`: a SecretSource."""

    def test_a_secret_is_safe_in_urls_and_long_enough(self, secrets: SecretSource) -> None:
        """128 bits need 22 characters at 6 bits each."""
        assert re.fullmatch(r"[A-Za-z0-9_-]{22,}", secrets.token(), re.ASCII)

    def test_no_secret_comes_twice(self, secrets: SecretSource) -> None:
        """Not in a thousand."""
        assert len({secrets.token() for _ in range(1_000)}) == 1_000
