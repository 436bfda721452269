"""What every password hasher promises."""

import asyncio

import pytest

from vidcore.ports.passwords import PasswordHasher

LONGEST = "\U0001f600" * 127 + "a"  # the 128 characters that take most bytes


class PasswordHasherContract:
    """Give a fixture `passwords`: a PasswordHasher."""

    @pytest.mark.parametrize(
        "password", ["correct horse", "pass\tword ", "ÄÖÜß猫\U0001f600", "x" * 128, LONGEST]
    )
    async def test_the_password_that_was_hashed_is_right(
        self, passwords: PasswordHasher, password: str
    ) -> None:
        """Whatever its characters."""
        assert await passwords.verify(password, await passwords.hash(password))

    @pytest.mark.parametrize(
        ("password", "other"),
        [
            ("correct horse", "correct Horse"),
            ("correct horse", "correct horse "),
            ("correct horse", "correct hors"),
            ("x" * 128, "x" * 127 + "y"),
            ("x" * 73, "x" * 72),
            (LONGEST, LONGEST[:-1] + "b"),
            ("a" * 80 + "é", "a" * 80 + "e\u0301x"),
        ],
    )
    async def test_every_character_counts(
        self, passwords: PasswordHasher, password: str, other: str
    ) -> None:
        """Also those behind the 72nd byte."""
        assert not await passwords.verify(other, await passwords.hash(password))

    @pytest.mark.parametrize("password", ["", "\x00", "correct horse\x00", "\ud800", "x" * 10_000])
    async def test_what_cannot_be_a_password_is_wrong_and_no_error(
        self, passwords: PasswordHasher, password: str
    ) -> None:
        """A log-in form takes anything."""
        assert not await passwords.verify(password, await passwords.hash("correct horse"))

    @pytest.mark.parametrize("password", ["", "correct horse", "None", "\ud800"])
    async def test_no_password_is_right_for_no_account(
        self, passwords: PasswordHasher, password: str
    ) -> None:
        """None stands for an account that does not exist."""
        assert not await passwords.verify(password, None)

    async def test_a_hash_is_salted_and_does_not_show_the_password(
        self, passwords: PasswordHasher
    ) -> None:
        """Two members with one password cannot be told by it."""
        one, two = await passwords.hash("correct horse"), await passwords.hash("correct horse")

        assert one != two
        assert "correct horse" not in one

    async def test_many_at_once_do_not_mix(self, passwords: PasswordHasher) -> None:
        """Each gets its own answer."""
        kept = await passwords.hash("password 1")

        answers = await asyncio.gather(
            *(passwords.verify(f"password {number}", kept) for number in range(4))
        )

        assert answers == [False, True, False, False]
