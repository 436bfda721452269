"""The page's document and files: found, kept, and never mixed with those of another version."""

import gzip
import re
from pathlib import Path

import pytest

from adapters_http.web_files import FOLDER, TYPES, web_files
from adapters_http.web_pages import PATHS
from tests.integration.http.api import MISSING_ID, Api, Reply, check_error

ADDRESSES = [path.format(id=MISSING_ID, section="members") for path in PATHS]
ASSETS = sorted(web_files().assets)
LINE_MAX = 250


def base() -> str:
    return f"/web/{web_files().digest}"


async def get(api: Api, path: str, **headers: str) -> Reply:
    return await api.call("GET", path, headers={"Accept-Encoding": "identity", **headers})


@pytest.mark.parametrize("path", ADDRESSES)
async def test_every_address_of_the_page_gives_its_document(api: Api, path: str) -> None:
    reply = await get(api, f"{path}?a=query")

    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert reply.headers["Cache-Control"] == "no-cache"
    assert f'src="{base()}/app.js"'.encode() in reply.content


async def test_nothing_may_come_from_elsewhere_or_stand_in_line(api: Api) -> None:
    reply = await get(api, "/")

    policy = dict(
        directive.split(" ", 1)
        for directive in reply.headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in reply.headers["Content-Security-Policy"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in reply.headers["Permissions-Policy"]


async def test_all_that_the_document_names_is_there(api: Api) -> None:
    named = re.findall(rb'(?:href|src)="(/[^"]+)"', (await get(api, "/")).content)

    assert len(named) >= 3
    for path in named:
        assert (await get(api, path.decode())).status == 200


@pytest.mark.parametrize("name", ASSETS)
async def test_a_file_may_be_kept_for_good(api: Api, name: str) -> None:
    reply = await get(api, f"{base()}/{name}")

    assert reply.status == 200
    assert reply.content == (FOLDER / name).read_bytes()
    assert "immutable" in reply.headers["Cache-Control"]
    again = await get(api, f"{base()}/{name}", **{"If-None-Match": reply.headers["ETag"]})
    assert (again.status, again.content) == (304, b"")


async def test_a_copy_of_the_document_is_asked_for_anew(api: Api) -> None:
    etag = (await get(api, "/")).headers["ETag"]

    for given, status in ((etag, 304), (f'"other", W/{etag}', 304), ('"other"', 200)):
        assert (await get(api, "/", **{"If-None-Match": given})).status == status


async def test_texts_are_sent_compressed_to_whom_takes_it(api: Api) -> None:
    client = api.client
    path = f"{base()}/app.js"
    async with client.get(
        path, headers={"Accept-Encoding": "gzip"}, auto_decompress=False
    ) as response:
        body = await response.read()
        assert response.headers["Content-Encoding"] == "gzip"

    assert gzip.decompress(body) == (FOLDER / "app.js").read_bytes()
    assert "Content-Encoding" not in (await get(api, path)).headers


@pytest.mark.parametrize(
    "path",
    [
        "/web/0123456789ab/app.js",
        f"{base()}/../web_files.py",
        f"{base()}/%2e%2e/web_files.py",
        f"{base()}//etc/passwd",
        f"{base()}/index.html",
        f"{base()}/nothing.js",
    ],
)
async def test_no_other_file_can_be_asked_for(api: Api, path: str) -> None:
    check_error(await get(api, path), 404, "not_found")


async def test_the_document_takes_no_post(api: Api) -> None:
    check_error(await api.call("POST", "/login"), 405, "method_not_allowed")


@pytest.mark.parametrize("name", ASSETS)
def test_a_file_is_short_and_asks_nobody_else(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")

    assert text.count("\n") <= LINE_MAX
    # What stands in comments, and the namespace of SVG, is not asked for.
    code = re.sub(r"^\s*//.*$|http://www\.w3\.org/2000/svg", "", text, flags=re.MULTILINE)
    assert not re.search(r"https?://", code)
    assert "innerHTML" not in code


def test_the_page_fits_into_what_a_first_visit_may_cost() -> None:
    files = web_files()
    whole = sum(len(file.compressed) for file in files.assets.values())

    assert whole + len(files.index.compressed) < 60_000


def texts(language: str) -> dict[str, str]:
    source = (FOLDER / "texts" / f"{language}.js").read_text("utf-8")
    return dict(re.findall(r'^  "([a-z0-9_.]+)": (.+),$', source, flags=re.MULTILINE))


def test_every_text_is_there_in_every_language_with_the_same_values() -> None:
    english, german = texts("en"), texts("de")

    assert list(english) == list(german)
    for key, text in english.items():
        found = [sorted(set(re.findall(r"\{(\w+)\}", each))) for each in (text, german[key])]
        assert found[0] == found[1], key


def test_every_text_that_is_asked_for_is_there() -> None:
    sources = [
        path.read_text("utf-8") for path in FOLDER.rglob("*.js") if "texts" not in path.parts
    ]
    asked = {key for source in sources for key in re.findall(r'\bt\(\s*"([^"]+)"', source)}

    assert len(asked) > 50
    assert asked <= set(texts("en"))


def test_every_text_is_asked_for() -> None:
    source = "".join(
        path.read_text("utf-8") for path in FOLDER.rglob("*.js") if "texts" not in path.parts
    )
    # `t(`status.${status}`)` asks for all that begin so, and has the rest as a word of its own.
    begun = re.findall(r"`([a-z_]+\.)\$\{", source)

    unasked = [
        key for key in texts("en") if f'"{key}"' not in source and not key.startswith(tuple(begun))
    ]
    assert unasked == []


def test_files_of_every_kind_are_known() -> None:
    assert {path.suffix for path in FOLDER.rglob("*") if path.is_file()} <= set(TYPES)
    assert Path(FOLDER, "index.html").is_file()
