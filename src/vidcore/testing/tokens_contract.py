"""What all makers of tokens promise."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from vidcore.errors import NotAuthenticatedError
from vidcore.ports.tokens import AccessTokens, Claims, MediaGrant, MediaTokens
from vidcore.testing.examples import MICROSECOND, NOW, example_user, example_video

SECOND = timedelta(seconds=1)
GARBAGE = ("", " ", ".", "..", "a.b.c", "null", "ä.ö.ü", "\ud800", "\x00", "A" * 100_000)
MEMBER, OTHER = example_user(1), example_user(2, token_epoch=2**31 - 1)
GRANT = MediaGrant(
    video_id=example_video(3, MEMBER).id,
    user_id=MEMBER.id,
    epoch=0,
    expires_at=NOW.replace(microsecond=0) + timedelta(hours=6),
)
OTHER_GRANT = MediaGrant(
    video_id=example_video(4, OTHER).id,
    user_id=OTHER.id,
    epoch=2**31 - 1,
    expires_at=NOW.replace(microsecond=0) + SECOND,
)


def tampered(token: str) -> Iterator[str]:
    """Give the token with a character changed, dropped or added, in all places.

    Not the last character of a part: some of its bits mean nothing in base64.
    """
    for place in range(len(token) - 1):
        if token[place + 1] != ".":
            other = "A" if token[place] != "A" else "B"
            yield token[:place] + other + token[place + 1 :]
    yield from (token[1:], token[:-2], "A" + token, token + "AAAA", token + "." + token)


class AccessTokensContract:
    """Give a fixture `tokens`: AccessTokens."""

    def test_a_token_says_whose_it_is_and_of_which_epoch(self, tokens: AccessTokens) -> None:
        """To the end of its time; in seconds, not before the last of them."""
        one, two = tokens.issue(MEMBER, NOW), tokens.issue(OTHER, NOW)

        assert tokens.read(one.value, NOW) == Claims(user_id=MEMBER.id, epoch=0)
        assert tokens.read(two.value, NOW) == Claims(user_id=OTHER.id, epoch=2**31 - 1)
        last = NOW + timedelta(seconds=one.expires_in) - SECOND
        assert tokens.read(one.value, last).user_id == MEMBER.id

    def test_a_token_expires_in_the_seconds_that_it_says(self, tokens: AccessTokens) -> None:
        """By the time that is handed in, whatever the machine's clock says."""
        token = tokens.issue(MEMBER, NOW)

        assert token.expires_in > 0
        for late in (timedelta(seconds=token.expires_in), timedelta(days=9_999)):
            with pytest.raises(NotAuthenticatedError):
                tokens.read(token.value, NOW + late)

    def test_a_token_that_was_tampered_with_is_forged(self, tokens: AccessTokens) -> None:
        """In any place."""
        for forged in tampered(tokens.issue(MEMBER, NOW).value):
            with pytest.raises(NotAuthenticatedError):
                tokens.read(forged, NOW)

    @pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
    def test_garbage_is_forged_too(self, tokens: AccessTokens, garbage: str) -> None:
        """A header can hold anything."""
        with pytest.raises(NotAuthenticatedError):
            tokens.read(garbage, NOW)


class MediaTokensContract:
    """Give a fixture `media_tokens`: MediaTokens."""

    @pytest.mark.parametrize("grant", [GRANT, OTHER_GRANT])
    def test_a_grant_comes_back_until_it_expires(
        self, media_tokens: MediaTokens, grant: MediaGrant
    ) -> None:
        """Up to the last microsecond; `expires_at` itself is too late."""
        token = media_tokens.sign(grant)

        assert media_tokens.read(token, NOW) == grant
        back = media_tokens.read(token, grant.expires_at - MICROSECOND)
        assert back == grant
        assert back.expires_at.utcoffset() == timedelta()
        for late in (grant.expires_at, grant.expires_at + timedelta(days=9_999)):
            with pytest.raises(NotAuthenticatedError):
                media_tokens.read(token, late)

    def test_a_token_is_safe_in_urls(self, media_tokens: MediaTokens) -> None:
        """Of the characters that RFC 3986 2.3 leaves as they are, and in length."""
        assert re.fullmatch(r"[A-Za-z0-9._~-]{1,1000}", media_tokens.sign(GRANT), re.ASCII)

    def test_a_token_that_was_tampered_with_is_forged(self, media_tokens: MediaTokens) -> None:
        """In any place."""
        for forged in tampered(media_tokens.sign(GRANT)):
            with pytest.raises(NotAuthenticatedError):
                media_tokens.read(forged, NOW)

    @pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
    def test_garbage_is_forged_too(self, media_tokens: MediaTokens, garbage: str) -> None:
        """A query can hold anything."""
        with pytest.raises(NotAuthenticatedError):
            media_tokens.read(garbage, NOW)
