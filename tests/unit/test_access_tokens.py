"""JWTs: only genuine ones of this moment are read, and the memory of them never outlives them."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt.types import Options

from adapters_auth import access_tokens
from adapters_auth.access_tokens import JwtAccessTokens
from vidcore.errors import NotAuthenticatedError
from vidcore.ports.tokens import Claims
from vidcore.testing.examples import NOW, example_user
from vidcore.users import Role

SECRET = "a secret of at least 32 bytes ..."
USER = example_user(1, role=Role.ADMIN, token_epoch=3)
LIFE = timedelta(seconds=86_400)
SECOND = timedelta(seconds=1)
BEGIN = int(NOW.timestamp())
PAYLOAD = {
    "user_id": str(USER.id),
    "username": USER.username,
    "role": "admin",
    "iat": BEGIN,
    "exp": BEGIN + 86_400,
    "epoch": 3,
}


@pytest.fixture
def tokens() -> JwtAccessTokens:
    return JwtAccessTokens(SECRET)


def signed(payload: Any, *, header: dict[str, Any] | None = None, secret: str = SECRET) -> str:
    """Sign anything, as a holder of the secret can: what is no JSON object, too."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    jws: jwt.PyJWS = jwt.PyJWS()
    return jws.encode(body, secret, algorithm="HS256", headers=header)


def segment(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_token_says_whose_it_is_in_every_algorithm(algorithm: str) -> None:
    tokens = JwtAccessTokens(SECRET, algorithm)
    token = tokens.issue(USER, NOW)

    assert tokens.read(token.value, NOW) == Claims(user_id=USER.id, epoch=3)
    assert token.expires_in == 86_400
    assert jwt.get_unverified_header(token.value) == {"alg": algorithm, "typ": "JWT"}
    assert jwt.decode(token.value, options={"verify_signature": False}) == PAYLOAD


def test_whoever_has_the_secret_can_verify_a_token_with_any_library() -> None:
    secret = SECRET * 2
    token = JwtAccessTokens(secret, "HS512").issue(USER, NOW).value
    no_clock: Options = {"verify_exp": False, "verify_iat": False}

    assert jwt.decode(token, secret, algorithms=["HS512"], options=no_clock) == PAYLOAD


def test_a_token_holds_from_its_second_to_its_last_moment(tokens: JwtAccessTokens) -> None:
    token = tokens.issue(USER, NOW).value
    begin = NOW.replace(microsecond=0)
    tick = timedelta(microseconds=1)

    for moment in (begin, NOW, begin + LIFE - tick):
        assert tokens.read(token, moment).user_id == USER.id
    for moment in (begin - tick, begin + LIFE, begin + LIFE + tick):
        with pytest.raises(NotAuthenticatedError):
            tokens.read(token, moment)
        with pytest.raises(NotAuthenticatedError):
            JwtAccessTokens(SECRET).read(token, moment)


def test_a_remembered_token_is_forgotten_when_it_expires(tokens: JwtAccessTokens) -> None:
    token = tokens.issue(USER, NOW).value
    tokens.read(token, NOW)
    assert list(tokens._cache) == [token]

    with pytest.raises(NotAuthenticatedError, match="expired"):
        tokens.read(token, NOW + LIFE)

    assert not tokens._cache


def test_what_was_refused_is_not_remembered(tokens: JwtAccessTokens) -> None:
    for token in ("", signed(PAYLOAD, secret=SECRET + "x"), signed(PAYLOAD | {"iat": BEGIN + 60})):
        with pytest.raises(NotAuthenticatedError):
            tokens.read(token, NOW)

    assert not tokens._cache


def test_the_memory_is_bounded_and_drops_the_oldest(
    tokens: JwtAccessTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_tokens, "CACHE_MAX", 3)
    issued = [tokens.issue(USER, NOW - n * SECOND).value for n in range(5)]
    for token in issued:
        tokens.read(token, NOW)
    tokens.read(issued[3], NOW)

    assert list(tokens._cache) == issued[2:]
    assert tokens.read(issued[0], NOW).epoch == 3


def test_a_genuine_token_without_an_epoch_is_of_the_first(tokens: JwtAccessTokens) -> None:
    payload = {name: value for name, value in PAYLOAD.items() if name != "epoch"}

    assert tokens.read(signed(payload), NOW) == Claims(user_id=USER.id, epoch=0)


@pytest.mark.parametrize("claim", ["user_id", "username", "role", "iat", "exp"])
def test_a_token_without_a_claim_is_refused(tokens: JwtAccessTokens, claim: str) -> None:
    payload = {name: value for name, value in PAYLOAD.items() if name != claim}

    with pytest.raises(NotAuthenticatedError):
        tokens.read(signed(payload), NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": "x"},
        {"user_id": 1},
        {"user_id": None},
        {"user_id": "\ud800"},
        {"exp": str(BEGIN + 60)},
        {"exp": BEGIN + 60.5},
        {"exp": True},
        {"exp": [BEGIN + 60]},
        {"iat": "now"},
        {"iat": None},
        {"epoch": "3"},
        {"epoch": None},
        {"epoch": False},
        {"aud": "somebody else"},
        {"exp": -1},
        {"iat": 10**40},
    ],
)
def test_a_token_with_a_claim_of_the_wrong_kind_is_refused(
    tokens: JwtAccessTokens, change: dict[str, Any]
) -> None:
    with pytest.raises(NotAuthenticatedError):
        tokens.read(signed(PAYLOAD | change), NOW)


def test_tokens_of_no_other_and_a_stolen_algorithm_are_refused(tokens: JwtAccessTokens) -> None:
    genuine = tokens.issue(USER, NOW).value
    _, body, signature = genuine.split(".")
    forged = [
        JwtAccessTokens(SECRET + "x").issue(USER, NOW).value,
        JwtAccessTokens(SECRET, "HS384").issue(USER, NOW).value,
        jwt.encode(PAYLOAD, None, algorithm="none"),
        f"{segment({'alg': 'none', 'typ': 'JWT'})}.{body}.",
        f"{segment({'alg': 'none', 'typ': 'JWT'})}.{body}.{signature}",
        f"{segment({'alg': 'None'})}.{body}.{signature}",
        f"{segment({'alg': ['HS256']})}.{body}.{signature}",
        f"{segment({'alg': {}})}.{body}.{signature}",
        f"{segment({'alg': 'HS256', 'kid': 5})}.{body}.{signature}",
        f"{segment({'alg': 'HS256', 'b64': False})}..{signature}",
        f"{segment([])}.{body}.{signature}",
        f"{segment({})}.{body}.{signature}",
        f"{base64.urlsafe_b64encode(b'[' * 30_000).decode()}.{body}.{signature}",
        signed(PAYLOAD, header={"crit": ["b64"]}),
        signed([PAYLOAD]),
        signed(b"no JSON"),
        signed(b"[" * 30_000),
        "",
        "..",
        ".",
        "a.b.c",
        "é.é.é",
        "\ud800.\ud800.\ud800",
        "\0",
        genuine + ".",
        " " + genuine,
    ]

    for token in forged:
        with pytest.raises(NotAuthenticatedError):
            tokens.read(token, NOW)


@given(position=st.integers(0), replacement=st.characters())
def test_a_token_with_one_other_character_is_refused(position: int, replacement: str) -> None:
    tokens = JwtAccessTokens(SECRET)
    genuine = tokens.issue(USER, NOW).value
    position %= len(genuine) - 1  # the last character has two bits that Base64 does not use
    tampered = genuine[:position] + replacement + genuine[position + 1 :]

    if tampered != genuine:
        with pytest.raises(NotAuthenticatedError):
            tokens.read(tampered, NOW)


@given(token=st.text() | st.lists(st.text(), min_size=3, max_size=3).map(".".join))
def test_no_text_in_the_place_of_a_token_is_more_than_refused(token: str) -> None:
    with pytest.raises(NotAuthenticatedError):
        JwtAccessTokens(SECRET).read(token, NOW)


@pytest.mark.parametrize("secret", ["", "x" * 31, "é" * 15])
def test_a_short_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        JwtAccessTokens(secret)


@pytest.mark.parametrize("algorithm", ["none", "RS256", "hs256", ""])
def test_an_algorithm_that_is_no_hmac_is_refused(algorithm: str) -> None:
    with pytest.raises(ValueError, match="HS256"):
        JwtAccessTokens(SECRET, algorithm)


def test_a_token_lives_at_least_a_second() -> None:
    with pytest.raises(ValueError, match="second"):
        JwtAccessTokens(SECRET, expires_seconds=0)
