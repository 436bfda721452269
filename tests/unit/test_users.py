from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.errors import InvalidValueError, LastAdminError
from vidcore.quota import WEEK, week_start
from vidcore.testing.examples import NOW, SUNDAY, example_user
from vidcore.testing.strategies import emails, moments, sizes, usernames, users
from vidcore.users import (
    Account,
    Role,
    User,
    check_email,
    check_password,
    check_username,
    name_key,
)

OFF = {"is_active": False}
ADMIN = {"role": Role.ADMIN}


@given(name=usernames())
def test_a_username_of_allowed_letters_is_taken_as_it_is(name: str) -> None:
    assert check_username(name) == name


@pytest.mark.parametrize(
    "name", ["", "ab", "a" * 33, "a b", "abc\n", " abc", "äbc", "a@b", "abc\x00", "٣٣٣", "a/b"]
)
def test_another_username_is_refused(name: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        check_username(name)

    assert refused.value.field == "username"


@pytest.mark.parametrize(
    "password", ["x" * 8, "x" * 128, " " * 8, "\U0001f600" * 128, "pass\nword"]
)
def test_a_password_of_8_to_128_characters_is_taken_as_it_is(password: str) -> None:
    assert check_password(password) == password


@pytest.mark.parametrize("password", ["", "x" * 7, "x" * 129, "password\x00", "password\ud800"])
def test_another_password_is_refused_by_the_name_of_its_field(password: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        check_password(password, field="new_password")

    assert refused.value.field == "new_password"
    assert not password or password not in str(refused.value)


@given(email=emails())
def test_an_e_mail_with_one_at_is_taken_trimmed(email: str) -> None:
    assert check_email(f" {email}\n") == email


@pytest.mark.parametrize("email", ["a@b", "x" * 252 + "@b", "ä.ö+tag@例え.jp", "'o'@b"])
def test_an_e_mail_at_the_bounds_is_taken(email: str) -> None:
    assert check_email(email) == email


@pytest.mark.parametrize(
    "email",
    ["", "@", "a@", "@b", "ab", "a@b@c", "x" * 253 + "@b", "a b@c", "a@b\tc", "a\x7f@b", "a\x00@b",
     "a\ud800@b", "a\u2003b@c"],
)  # fmt: skip
def test_another_e_mail_is_refused(email: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        check_email(email)

    assert refused.value.field == "email"


def test_names_are_compared_without_regard_to_case_and_composition() -> None:
    assert name_key("Ämil@X.org") == name_key("ÄMIL@x.ORG") == name_key("A\u0308mil@x.org")
    assert name_key("ada") != name_key("adA_")


def test_a_new_account_is_active_and_has_used_nothing() -> None:
    user = User.register(
        id=example_user(1).id,
        email=" ada@example.org ",
        username="ada",
        password_hash="$",
        role=Role.USER,
        now=NOW,
    )

    assert user == example_user(1, email="ada@example.org", username="ada", password_hash="$")


@pytest.mark.parametrize(("field", "value"), [("username", "a b"), ("email", "nobody")])
def test_a_new_account_with_a_bad_name_is_refused(field: str, value: str) -> None:
    names = {"username": "ada", "email": "ada@example.org"} | {field: value}

    with pytest.raises(InvalidValueError) as refused:
        User.register(id=example_user(1).id, password_hash="$", role=Role.USER, now=NOW, **names)

    assert refused.value.field == field


def test_a_password_hash_is_not_shown() -> None:
    assert "$secret$" not in repr(example_user(1, password_hash="$secret$"))


def test_the_last_active_admin_stays_one() -> None:
    last = example_user(1, role=Role.ADMIN)

    with pytest.raises(LastAdminError):
        last.with_role(Role.USER, other_active_admins=0)
    with pytest.raises(LastAdminError):
        last.with_active(is_active=False, other_active_admins=0)
    with pytest.raises(LastAdminError):
        last.check_dispensable(other_active_admins=0)


@given(data=st.data(), user=users())
def test_there_is_always_an_active_admin(data: st.DataObject, user: User) -> None:
    platform = {user.id: user, **{n.id: n for n in (example_user(1, **ADMIN), example_user(2))}}
    for _ in range(data.draw(st.integers(0, 12))):
        chosen = platform[data.draw(st.sampled_from(sorted(platform)))]
        others = sum(
            each.is_admin and each.is_active and each.id != chosen.id for each in platform.values()
        )
        try:
            if data.draw(st.booleans()):
                role = data.draw(st.sampled_from(Role))
                platform[chosen.id] = chosen.with_role(role, other_active_admins=others)
            else:
                platform[chosen.id] = chosen.with_active(
                    is_active=data.draw(st.booleans()), other_active_admins=others
                )
        except LastAdminError:
            assert platform[chosen.id] == chosen

        assert any(each.role is Role.ADMIN and each.is_active for each in platform.values())


def test_who_is_no_active_admin_or_not_the_only_one_is_dispensable() -> None:
    for user, others in (
        (example_user(1), 0),
        (example_user(1, **ADMIN, **OFF), 0),
        (example_user(1, **ADMIN), 1),
    ):
        user.check_dispensable(other_active_admins=others)


def test_switching_off_ends_every_token_and_switching_on_brings_none_back() -> None:
    user = example_user(1, token_epoch=5)

    off = user.with_active(is_active=False, other_active_admins=0)
    on = off.with_active(is_active=True, other_active_admins=0)

    assert off == example_user(1, token_epoch=6, **OFF)
    assert on == example_user(1, token_epoch=6)


@pytest.mark.parametrize("is_active", [True, False])
def test_switching_to_what_is_changes_nothing(is_active: bool) -> None:  # noqa: FBT001 - a parameter of pytest's
    user = example_user(1, role=Role.ADMIN, is_active=is_active)

    assert user.with_active(is_active=is_active, other_active_admins=0) is user


def test_a_role_can_be_given_again() -> None:
    last = example_user(1, role=Role.ADMIN)

    assert last.with_role(Role.ADMIN, other_active_admins=0) == last
    assert example_user(1).with_role(Role.ADMIN, other_active_admins=0) == last


def test_a_new_password_ends_every_token() -> None:
    changed = example_user(1, token_epoch=5).with_password_hash("$new$")

    assert changed == example_user(1, token_epoch=6, password_hash="$new$")


@given(files=st.lists(st.tuples(sizes(), moments()), min_size=1, max_size=8))
def test_what_counts_is_what_was_accepted_this_week(files: list[tuple[int, datetime]]) -> None:
    files.sort(key=lambda file: file[1])
    user = example_user(1, last_upload_reset=SUNDAY - timedelta(days=40_000))
    for size, moment in files:
        user = user.charged(size, moment)

    now = files[-1][1]
    this_week = sum(size for size, moment in files if week_start(moment) == week_start(now))
    assert user.used_bytes(now) == this_week
    assert user.last_upload_reset == week_start(now)
    assert user.used_bytes(now + WEEK) == 0


def test_a_clock_that_stepped_back_does_not_give_bytes_back() -> None:
    user = example_user(1).charged(100, SUNDAY + WEEK)

    back = user.charged(10, NOW)

    assert (back.used_bytes(NOW), back.last_upload_reset) == (110, SUNDAY + WEEK)


def test_an_account_shows_this_weeks_count_whenever_it_was_last_written() -> None:
    user = example_user(1, weekly_upload_bytes=100)
    this = Account(user=user, weekly_upload_limit_bytes=500, now=NOW)
    later = Account(user=user, weekly_upload_limit_bytes=500, now=NOW + WEEK)

    assert (this.weekly_upload_bytes, this.last_upload_reset) == (100, SUNDAY)
    assert this.quota_resets_at == SUNDAY + WEEK
    assert (later.weekly_upload_bytes, later.last_upload_reset) == (0, SUNDAY + WEEK)
    assert later.quota_resets_at == SUNDAY + 2 * WEEK
