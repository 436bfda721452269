import pytest
from yarl import URL

from vidcore_app.client.addresses import is_unprotected, parse_server
from vidcore_app.client.failures import AddressError


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://video.example.org", "https://video.example.org"),
        (" HTTPS://Video.Example.org/ ", "https://video.example.org"),
        ("http://127.0.0.1:8000//", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://example.org:443/videos/", "https://example.org/videos"),
    ],
)
def test_an_address_is_remembered_in_one_form(typed: str, kept: str) -> None:
    assert str(parse_server(typed)) == kept
    assert str(parse_server(kept) / "api") == f"{kept}/api"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "video.example.org", "localhost:8000", "ftp://example.org", "http://", "/api"),
        *("http://h:99999", "http://a b", "https://ann:secret@example.org", "https://h/?a=1"),
        "https://h/#a",
    ],
)
def test_anything_else_is_no_address(typed: str) -> None:
    with pytest.raises(AddressError, match="is no address"):
        parse_server(typed)


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("https://example.org", False),
        ("http://localhost:8000", False),
        ("http://127.8.9.1", False),
        ("http://[::1]:8000", False),
        ("http://192.168.0.2", True),
        ("http://example.org", True),
    ],
)
def test_who_could_read_a_password_is_known(server: str, *, expected: bool) -> None:
    assert is_unprotected(URL(server)) is expected
