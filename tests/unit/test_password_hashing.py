"""bcrypt: every character counts, nothing crashes a log-in, and nobody learns who exists."""

import asyncio
import logging
import time
import unicodedata
from collections.abc import Iterator

import bcrypt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters_auth.passwords import BcryptPasswordHasher

# Made by this scheme when it was written: stored hashes must go on holding.
STORED = "v1$$2b$04$J1AAg/fURxnI5jbMtLC8reUyJRy54hFsylikEFPU/5UIDg1rI6PAW"


@pytest.fixture
def hasher() -> Iterator[BcryptPasswordHasher]:
    hasher = BcryptPasswordHasher(rounds=4, workers=2)
    yield hasher
    hasher.close()


async def test_a_password_holds_for_its_hash_and_no_other_does(
    hasher: BcryptPasswordHasher,
) -> None:
    stored = await hasher.hash("correct horse")

    assert await hasher.verify("correct horse", stored)
    assert not await hasher.verify("correct horsf", stored)
    assert not await hasher.verify("", stored)


async def test_two_hashes_of_one_password_differ_and_say_how_they_were_made(
    hasher: BcryptPasswordHasher,
) -> None:
    first, second = await hasher.hash("correct horse"), await hasher.hash("correct horse")

    assert first != second
    assert first.startswith("v1$$2b$04$")
    assert len(first) == 63


async def test_a_hash_of_the_first_version_still_holds(hasher: BcryptPasswordHasher) -> None:
    assert await hasher.verify("Füllfederhalter", STORED)
    assert not await hasher.verify("Fullfederhalter", STORED)


async def test_the_cost_is_the_one_asked_for() -> None:
    hasher = BcryptPasswordHasher(rounds=5)

    assert (await hasher.hash("correct horse")).startswith("v1$$2b$05$")
    hasher.close()


@pytest.mark.parametrize("rounds", [3, 32])
def test_a_cost_that_bcrypt_does_not_know_is_refused(rounds: int) -> None:
    with pytest.raises(ValueError, match="rounds"):
        BcryptPasswordHasher(rounds=rounds)


@pytest.mark.parametrize("letter", ["a", "é", "漢", "😀"])
async def test_the_last_of_128_characters_counts(hasher: BcryptPasswordHasher, letter: str) -> None:
    stored = await hasher.hash(letter * 127 + "x")

    assert await hasher.verify(letter * 127 + "x", stored)
    assert not await hasher.verify(letter * 127 + "y", stored)
    assert not await hasher.verify(letter * 127, stored)


@settings(max_examples=30, deadline=None)
@given(password=st.text(min_size=1, max_size=128), other=st.text(max_size=128))
async def test_only_the_same_text_in_nfc_holds(password: str, other: str) -> None:
    hasher = BcryptPasswordHasher(rounds=4, workers=1)
    stored = await hasher.hash(password)
    is_same = unicodedata.normalize("NFC", other) == unicodedata.normalize("NFC", password)

    assert await hasher.verify(unicodedata.normalize("NFD", password), stored)
    assert await hasher.verify(other, stored) is is_same
    hasher.close()


async def test_an_accent_is_the_same_however_it_was_typed(hasher: BcryptPasswordHasher) -> None:
    stored = await hasher.hash("caf\u00e9 noir")

    assert await hasher.verify("cafe\u0301 noir", stored)


@pytest.mark.parametrize(
    "password", ["\ud800" * 8, "secret\udfff", "nul\0nul", "nul\0nix", "x" * 10**6]
)
async def test_any_text_can_be_tried(hasher: BcryptPasswordHasher, password: str) -> None:
    stored = await hasher.hash("nul")

    assert await hasher.verify(password, stored) is False
    assert await hasher.verify(password, None) is False


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "v1$",
        "v1$plain",
        "v2" + STORED[2:],
        STORED[3:],
        STORED[:-1],
        STORED[:20],
        "v1$é" + STORED[4:],
        "v1$$2b$99$" + "x" * 53,
        "v1$$2b$04$" + "!" * 53,
        "v1$\0",
    ],
)
async def test_a_malformed_stored_hash_is_logged_and_never_holds_nor_crashes(
    hasher: BcryptPasswordHasher, stored: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert await hasher.verify("Füllfederhalter", stored) is False

    assert all(record.levelno == logging.ERROR for record in caplog.records)
    assert not any(stored in record.getMessage() for record in caplog.records if stored)


@settings(max_examples=60, deadline=None)
@given(stored=st.text(max_size=80).map("v1$".__add__) | st.text(max_size=80))
async def test_no_text_in_the_place_of_a_hash_crashes_a_log_in(stored: str) -> None:
    hasher = BcryptPasswordHasher(rounds=4, workers=1)

    assert await hasher.verify("Füllfederhalter", stored) is False
    hasher.close()


async def test_an_unknown_account_takes_as_long_as_a_wrong_password() -> None:
    hasher = BcryptPasswordHasher(rounds=8, workers=1)
    cases = (await hasher.hash("correct horse"), None, "v1$malformed")
    shortest = dict.fromkeys(cases, 60.0)

    for _ in range(9):  # the cases in turn, so that a busy moment strikes all of them
        for stored in cases:
            begin = time.process_time()  # of all threads, and of no other process
            assert not await hasher.verify("wrong horse", stored)
            shortest[stored] = min(shortest[stored], time.process_time() - begin)
    hasher.close()

    known, unknown, malformed = shortest.values()
    assert unknown == pytest.approx(known, rel=0.5)
    assert malformed == pytest.approx(known, rel=0.5)


async def test_closing_ends_the_threads() -> None:
    hasher = BcryptPasswordHasher(rounds=4, workers=1)
    await hasher.hash("correct horse")
    threads = hasher._pool._threads
    assert all(thread.is_alive() for thread in threads)

    hasher.close()

    assert not any(thread.is_alive() for thread in threads)


async def test_hashing_leaves_the_event_loop_free() -> None:
    hasher = BcryptPasswordHasher(rounds=8, workers=1)
    turns = 0
    hashing = asyncio.create_task(hasher.hash("correct horse"))

    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1

    assert turns > 20
    hasher.close()


def test_the_dummy_is_a_hash_that_bcrypt_takes() -> None:
    hasher = BcryptPasswordHasher(rounds=4)

    assert bcrypt.checkpw(b"anything", hasher._dummy) is False
    hasher.close()
