"""bcrypt, JWTs and signed media tokens keep what their ports promise."""

from collections.abc import Iterator

import pytest

from adapters_auth.access_tokens import ALGORITHMS, JwtAccessTokens
from adapters_auth.media_tokens import HmacMediaTokens
from adapters_auth.passwords import BcryptPasswordHasher
from vidcore.testing.passwords_contract import PasswordHasherContract
from vidcore.testing.tokens_contract import AccessTokensContract, MediaTokensContract

SECRET = "a secret of at least 32 bytes ..."


class TestBcryptPasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def passwords(self) -> Iterator[BcryptPasswordHasher]:
        hasher = BcryptPasswordHasher(rounds=4, workers=2)
        yield hasher
        hasher.close()


class TestJwtAccessTokens(AccessTokensContract):
    @pytest.fixture(params=ALGORITHMS)
    def tokens(self, request: pytest.FixtureRequest) -> JwtAccessTokens:
        return JwtAccessTokens(SECRET, request.param)


class TestHmacMediaTokens(MediaTokensContract):
    @pytest.fixture
    def media_tokens(self) -> HmacMediaTokens:
        return HmacMediaTokens(SECRET)
