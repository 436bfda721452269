from datetime import timedelta

import pytest

from vidcore.errors import (
    InvalidValueError,
    InvitationExpiredError,
    InvitationInvalidError,
    InvitationUsedError,
)
from vidcore.invitations import Invitation, InvitationStatus, hash_token
from vidcore.testing.examples import MICROSECOND, NOBODY, NOW, example_invitation

WEEK = timedelta(days=7)


def test_an_invitation_is_valid_for_seven_days_and_keeps_only_a_hash_of_its_token() -> None:
    issued = Invitation.issue(
        id=example_invitation(1).id,
        email=" guest-1@example.org ",
        token="token-1",
        created_by=NOBODY,
        now=NOW,
    )

    assert issued == example_invitation(1, created_by=NOBODY, expires_at=NOW + WEEK)
    assert "token-1" not in repr(issued)
    assert issued.token_hash not in repr(issued)


def test_an_invitation_to_a_bad_e_mail_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="email"):
        Invitation.issue(id=NOBODY, email="nobody", token="token", created_by=NOBODY, now=NOW)


def test_a_tokens_hash_is_its_sha_256() -> None:
    # FIPS 180-4's example for "abc"
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    assert hash_token("abc") == expected
    assert hash_token("\ud800") != hash_token("\ud801")


@pytest.mark.parametrize(
    ("used", "after", "status"),
    [
        (False, WEEK - MICROSECOND, InvitationStatus.PENDING),
        (False, WEEK, InvitationStatus.EXPIRED),
        (False, WEEK + MICROSECOND, InvitationStatus.EXPIRED),
        (True, timedelta(), InvitationStatus.USED),
        (True, 2 * WEEK, InvitationStatus.USED),
    ],
)
def test_a_status_follows_from_use_and_time(
    used: bool,  # noqa: FBT001 - a parameter of pytest's
    after: timedelta,
    status: InvitationStatus,
) -> None:
    invitation = example_invitation(1, used_at=NOW if used else None)

    assert invitation.status(NOW + after) is status


def test_an_invitation_is_used_once() -> None:
    last_moment = NOW + WEEK - MICROSECOND
    used = example_invitation(1).accept(last_moment)

    assert used == example_invitation(1, used_at=last_moment)
    with pytest.raises(InvitationInvalidError):
        used.accept(last_moment)


def test_an_invitation_past_its_time_says_when_it_ended() -> None:
    with pytest.raises(InvitationExpiredError) as expired:
        example_invitation(1).accept(NOW + WEEK)

    assert expired.value.expired_at == NOW + WEEK


def test_an_invitation_that_was_used_cannot_be_revoked() -> None:
    example_invitation(1).check_revocable()

    with pytest.raises(InvitationUsedError) as used:
        example_invitation(1, used_at=NOW).check_revocable()

    assert used.value.used_at == NOW
