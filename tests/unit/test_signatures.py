import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from vidcore.errors import InvalidValueError
from vidcore.signatures import sign_webhook, verify_webhook, webhook_key
from vidcore.testing.examples import NOW

KEY = b"k" * 32
SECRET = "whsec_" + base64.b64encode(KEY).decode()
BODY = b'{"type":"video.completed"}'
HEADERS = sign_webhook(KEY, id="1", body=BODY, at=NOW)


@pytest.mark.parametrize("size", [24, 32, 64])
def test_a_secret_of_24_to_64_bytes_is_a_key(size: int) -> None:
    assert webhook_key("whsec_" + base64.b64encode(b"x" * size).decode()) == b"x" * size


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        base64.b64encode(KEY).decode(),
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        SECRET[:-1],
        SECRET + "!",
        "whsec_" + "ä" * 44,
    ],
)
def test_any_other_secret_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(InvalidValueError, match="webhook_secret") as refused:
        webhook_key(secret)

    assert refused.value.field == "webhook_secret"
    assert len(secret) < 8 or secret not in str(refused.value)


@given(st.binary(min_size=24, max_size=64), st.uuids(), st.text())
def test_an_independent_library_takes_what_is_signed(key: bytes, sent: object, text: str) -> None:
    body = text.encode("utf-8", "replace")
    at = datetime.now(UTC)  # noqa: TID251 - the library compares with the machine's clock
    headers = sign_webhook(key, id=str(sent), body=body, at=at)

    Webhook(key).verify(body, headers, json_parse=False)
    assert verify_webhook(key, headers, body, now=at)


def test_one_of_several_signatures_is_enough() -> None:
    both = HEADERS | {"webhook-signature": "v1,AAAA v1a,ä " + HEADERS["webhook-signature"]}

    assert verify_webhook(KEY, both, BODY, now=NOW)


@pytest.mark.parametrize(
    ("late", "genuine"),
    [
        (timedelta(minutes=5), True),
        (-timedelta(minutes=5), True),
        (timedelta(minutes=5, milliseconds=1), False),
        (-timedelta(minutes=5, milliseconds=1), False),
    ],
)
def test_what_is_too_old_or_too_new_is_not_genuine(late: timedelta, *, genuine: bool) -> None:
    sent = NOW.replace(microsecond=0)  # the timestamp is in whole seconds

    assert verify_webhook(KEY, HEADERS, BODY, now=sent + late) is genuine


@pytest.mark.parametrize(
    "headers",
    [
        {},
        HEADERS | {"webhook-id": "2"},
        HEADERS | {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        HEADERS | {"webhook-timestamp": f"{NOW.timestamp()}"},
        HEADERS | {"webhook-timestamp": "٣"},
        HEADERS | {"webhook-timestamp": "9" * 400},
        HEADERS | {"webhook-signature": ""},
        HEADERS | {"webhook-signature": HEADERS["webhook-signature"].removeprefix("v1,")},
        HEADERS | {"webhook-signature": HEADERS["webhook-signature"].replace("v1,", "v1a,")},
    ],
)
def test_what_differs_in_anything_is_not_genuine(headers: Mapping[str, str]) -> None:
    assert not verify_webhook(KEY, headers, BODY, now=NOW)


def test_another_body_or_another_key_is_not_genuine() -> None:
    assert verify_webhook(KEY, HEADERS, BODY, now=NOW)
    assert not verify_webhook(KEY, HEADERS, BODY + b" ", now=NOW)
    assert not verify_webhook(b"other" * 8, HEADERS, BODY, now=NOW)
