import pytest

from adapters_http.disposition import Disposition, parse_disposition


@pytest.mark.parametrize(
    ("parameters", "name", "filename"),
    [
        ("", None, None),
        (";", None, None),
        ("; name=title", "title", None),
        ('; name="title"', "title", None),
        (' ;NAME = "title" ; ', "title", None),
        ('; name="file"; filename="a; b; c.mp4"', "file", "a; b; c.mp4"),
        ('; name="file"; filename="C:\\clip.mp4"', "file", "C:\\clip.mp4"),
        (r'; name="file"; filename="a \"b\" \\ c.mp4"', "file", 'a "b" \\ c.mp4'),
        ('; name="file"; filename="a %22b%22.mp4"', "file", 'a "b".mp4'),
        ('; name="file"; filename="Urlaub ü.mp4"', "file", "Urlaub ü.mp4"),
        ('; name="file"; filename=""', "file", ""),
        ("; name=file; filename=x.mp4; filename*=utf-8''%C3%BC.mp4", "file", "ü.mp4"),
        ("; name=file; filename*=ISO-8859-1'en'%FC.mp4", "file", "ü.mp4"),
        ("; name=file; size=5; x-y=z", "file", None),
    ],
)
def test_a_disposition_is_read_as_clients_write_it(
    parameters: str, name: str | None, filename: str | None
) -> None:
    assert parse_disposition(f"form-data{parameters}") == Disposition(name, filename)


def test_no_disposition_names_nothing() -> None:
    assert parse_disposition("") == Disposition(None, None)


@pytest.mark.parametrize(
    "header",
    [
        "attachment",
        "form-datax",
        "form-data; name",
        "form-data; name=",
        'form-data; name="a',
        'form-data; name="a" x',
        "form-data name=a",
        "form-data; name=a; name=b",
        "form-data; =a",
        "form-data; filename*=utf-7''x",
        "form-data; filename*=x",
        "form-data; filename*=utf-8''%FF",
        "form-data; a=b" + "; " * 100 + "c",
    ],
)
def test_a_broken_disposition_is_refused(header: str) -> None:
    with pytest.raises(ValueError, match=r"broken|form-data|encoding|decode"):
        parse_disposition(header)


def test_a_long_broken_disposition_is_refused_at_once() -> None:
    for filler in (" ", ";", "\\", '\\"', "; a", ";a=", ';a="'):
        with pytest.raises(ValueError, match="broken"):
            parse_disposition("form-data; name=x; y" + filler * 8_000 + "\x00")
