import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from adapters_http.cookies import SAFE, OwnOrigin, origin_of

OWN = "https://videos.example.org"
METHODS = st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"])
HOSTS = st.sampled_from(
    ["videos.example.org", "example.org", "evil.example", "127.0.0.1", "[::1]"]
).flatmap(lambda host: st.sampled_from([host, f"{host}:8000", f"{host}:80", host.upper()]))
ORIGINS = st.one_of(
    st.none(),
    st.just("null"),
    st.text(max_size=30),
    st.builds("{}://{}".format, st.sampled_from(["http", "https", "file"]), HOSTS),
)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://videos.example.org", OWN),
        ("HTTPS://Videos.Example.ORG:443/a/path?a=query", OWN),
        ("http://videos.example.org:80", "http://videos.example.org"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://a_name_that_is_too_long_for_idna" + "x" * 60, None),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str | None) -> None:
    assert origin_of(url) == (origin or url)


@pytest.mark.parametrize("url", ["ftp://example.org", "http://", "example.org", "http://:80"])
def test_what_is_no_address_of_the_web_has_no_origin(url: str) -> None:
    with pytest.raises(ValueError, match="no address of the web"):
        origin_of(url)


@given(METHODS, ORIGINS, HOSTS)
def test_with_a_cookie_only_the_own_page_changes_anything(
    method: str, origin: str | None, host: str
) -> None:
    believed = OwnOrigin(origin=OWN).believes(method, origin, host)

    assert believed == (origin == OWN or (origin is None and method in SAFE))


@given(METHODS, ORIGINS, HOSTS)
def test_where_nobody_said_what_the_address_is_the_page_is_that_of_the_host_asked(
    method: str, origin: str | None, host: str
) -> None:
    believed = OwnOrigin(origin=None).believes(method, origin, host)

    if origin is None:
        assert believed == (method in SAFE)
    elif believed:
        scheme, _, named = origin.partition("://")
        assert (scheme in {"http", "https"}, named) == (True, host.lower())


@given(METHODS, HOSTS)
def test_the_page_of_the_host_asked_is_always_believed(method: str, host: str) -> None:
    origin = str(URL(f"http://{host}").origin()) if ":80" not in host else f"http://{host.lower()}"

    assert OwnOrigin(origin=None).believes(method, origin.lower(), host)


def test_a_cookie_is_for_https_alone_where_the_service_is() -> None:
    assert OwnOrigin(origin=OWN).is_secure
    assert not OwnOrigin(origin="http://videos.example.org").is_secure
    assert not OwnOrigin(origin=None).is_secure
