"""Media tokens: what was signed comes back, and nothing else does."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters_auth.media_tokens import HmacMediaTokens
from vidcore.errors import NotAuthenticatedError
from vidcore.ports.tokens import MediaGrant

SECRET = "a secret of at least 32 bytes ..."
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
GRANT = MediaGrant(
    video_id=UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
    user_id=UUID("01890a5d-ac96-774b-bcce-b302099a8157"),
    epoch=7,
    expires_at=NOW + timedelta(hours=6),
)
TOKENS = HmacMediaTokens(SECRET)

grants = st.builds(
    MediaGrant,
    video_id=st.uuids(),
    user_id=st.uuids(),
    epoch=st.integers(0, 2**32 - 1),
    expires_at=st.datetimes(
        min_value=datetime(2026, 3, 5),  # noqa: DTZ001 - `timezones` makes it aware
        timezones=st.just(UTC),
    ).map(lambda moment: moment.replace(microsecond=0)),
)


@given(grant=grants)
def test_a_grant_comes_back_as_it_was_signed(grant: MediaGrant) -> None:
    token = TOKENS.sign(grant)

    assert TOKENS.read(token, NOW) == grant
    assert len(token) == 84
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(grant=grants, bit=st.integers(0, 63 * 8 - 1))
def test_a_token_with_one_flipped_bit_is_refused(grant: MediaGrant, bit: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = TOKENS.sign(grant)
    place, mask = bit // 6, 1 << bit % 6
    flipped = alphabet[alphabet.index(token[place]) ^ mask]

    with pytest.raises(NotAuthenticatedError):
        TOKENS.read(token[:place] + flipped + token[place + 1 :], NOW)


@given(place=st.integers(0, 83), character=st.characters())
def test_a_token_has_one_form_only(place: int, character: str) -> None:
    token = TOKENS.sign(GRANT)
    other = token[:place] + character + token[place + 1 :]

    if other != token:
        with pytest.raises(NotAuthenticatedError):
            TOKENS.read(other, NOW)


@given(token=st.text() | st.text(min_size=84, max_size=84))
def test_no_text_in_the_place_of_a_token_is_more_than_refused(token: str) -> None:
    with pytest.raises(NotAuthenticatedError):
        TOKENS.read(token, NOW)


def test_a_cut_or_longer_token_is_refused() -> None:
    token = TOKENS.sign(GRANT)

    for other in (token[:-1], token[:-4], token + "A", token + "=", token + "AAAA", " " + token):
        with pytest.raises(NotAuthenticatedError):
            TOKENS.read(other, NOW)


def test_the_characters_of_plain_base64_are_not_taken() -> None:
    grant = MediaGrant(
        video_id=UUID(int=2**128 - 1), user_id=GRANT.user_id, epoch=0, expires_at=GRANT.expires_at
    )
    token = TOKENS.sign(grant)
    assert "_" in token

    with pytest.raises(NotAuthenticatedError):
        TOKENS.read(token.replace("_", "/").replace("-", "+"), NOW)


def test_a_grant_ends_at_its_expiry_to_the_moment() -> None:
    token = TOKENS.sign(GRANT)
    tick = timedelta(microseconds=1)

    assert TOKENS.read(token, GRANT.expires_at - tick) == GRANT
    for moment in (GRANT.expires_at, GRANT.expires_at + tick):
        with pytest.raises(NotAuthenticatedError, match="expired"):
            TOKENS.read(token, moment)


def test_a_fraction_of_the_last_second_is_cut_off() -> None:
    half = MediaGrant(
        video_id=GRANT.video_id,
        user_id=GRANT.user_id,
        epoch=7,
        expires_at=GRANT.expires_at + timedelta(milliseconds=500),
    )

    assert TOKENS.read(TOKENS.sign(half), NOW) == GRANT


def test_another_secret_and_another_use_of_the_secret_do_not_sign() -> None:
    access = jwt.encode({}, SECRET, algorithm="HS256")

    for token in (HmacMediaTokens(SECRET + "x").sign(GRANT), access, access[:84]):
        with pytest.raises(NotAuthenticatedError):
            TOKENS.read(token, NOW)
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(TOKENS.sign(GRANT), SECRET, algorithms=["HS256"])


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        HmacMediaTokens("x" * 31)
