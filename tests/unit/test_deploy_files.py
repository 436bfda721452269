import os
import re
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import Any, Final

import attrs
import click
import pytest
import yaml

from adapters_http.media_response import ACCEL_PREFIX
from adapters_http.server import FIELD_MAX
from vidcore_app.__main__ import main
from vidcore_app.settings import PREFIX, Settings

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
PAGES: Final = [ROOT / "docs" / f"{name}.md" for name in ("nginx", "running", "backup")]
UNITS: Final = ["vidcore.service", "vidcore-worker@.service"]
KNOWN: Final = {PREFIX + field.name.upper() for field in attrs.fields(Settings)}
PORT: Final = attrs.fields(Settings).port.default


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def services() -> dict[str, Any]:
    found = yaml.safe_load(text("compose.yaml"))["services"]
    assert isinstance(found, dict)
    return found


def is_command(arguments: list[str]) -> bool:
    """Say whether the command line knows what a file has it do."""
    context = click.Context(main)
    name, *options = arguments
    command = main.get_command(context, name)
    if command is None:
        return False
    command.make_context(name, list(options), parent=context)  # a wrong option is an error
    return True


class Unit(ConfigParser):
    """A unit of systemd; of repeated directives, the last counts here."""

    def __init__(self, name: str) -> None:
        super().__init__(strict=False, interpolation=None)
        self.read_string(text(name))

    def optionxform(self, optionstr: str) -> str:
        """Keep capitals, which a ConfigParser makes small."""
        return optionstr


@pytest.mark.parametrize(
    "path",
    [*(path for path in DEPLOY.iterdir() if path.suffix != ".json"), *PAGES],
    ids=lambda path: path.name,
)
def test_every_setting_that_is_named_is_one(path: Path) -> None:
    named = set(re.findall(rf"{PREFIX}[A-Z_]+", path.read_text(encoding="utf-8")))

    assert named <= KNOWN


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_starts_a_command_in_a_narrow_place(name: str) -> None:
    service = Unit(name)["Service"]

    program, *arguments = service["ExecStart"].split()
    assert program == "/opt/vidcore/bin/vidcore"
    assert is_command(arguments)
    assert service["User"] == service["Group"] == "vidcore"
    assert service["UMask"] == "0027"  # so that nginx, of the group, can read
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == ("strict", "yes")
    assert service["ReadWritePaths"] == "/var/lib/vidcore" == service["WorkingDirectory"]
    assert service["StateDirectory"] == "vidcore"
    assert "MemoryMax" in service


def test_both_units_are_as_narrow() -> None:
    first, second = (
        {
            key: value
            for key, value in Unit(name)["Service"].items()
            if key.startswith(("Protect", "Private", "Restrict", "SystemCall", "Capability"))
        }
        for name in UNITS
    )

    assert first == second
    assert len(first) > 15


def test_compose_has_what_the_page_promises() -> None:
    found = services()

    assert sorted(found) == ["nginx", "postgres", "vidcore", "worker-1", "worker-2"]
    assert is_command(found["vidcore"]["command"])
    assert found["worker-1"]["command"] == found["worker-2"]["command"] == ["worker"]
    program, *check = found["worker-1"]["healthcheck"]["test"][1:]
    assert (program, is_command(check)) == ("vidcore", True)
    assert all("healthcheck" in found[name] for name in ("postgres", "nginx", "worker-2"))
    assert {"data:/data:ro"} <= set(found["nginx"]["volumes"])  # where the service sees them too
    assert found["vidcore"]["volumes"] == ["data:/data"]


def test_the_addresses_and_ports_of_all_files_agree() -> None:
    found = services()
    address = found["vidcore"]["networks"]["inside"]["ipv4_address"]
    proxy = found["nginx"]["networks"]["inside"]["ipv4_address"]

    assert found["vidcore"]["environment"]["VIDCORE_TRUSTED_PROXIES"] == proxy
    assert f"s/127.0.0.1:{PORT}/{address}:{PORT}/" in found["nginx"]["command"][2]
    assert f"server 127.0.0.1:{PORT};" in text("nginx.conf")
    assert f"EXPOSE {PORT}\n" in text("Dockerfile")
    assert f"http://127.0.0.1:{PORT}/healthz" in text("Dockerfile")


def test_the_container_has_one_user_everywhere() -> None:
    [number] = set(re.findall(r"--[ug]id[ =](\d+)", text("Dockerfile")))

    assert f"groupadd --force --gid {number} vidcore" in services()["nginx"]["command"][2]
    assert "\nUSER vidcore\n" in text("Dockerfile")


def test_the_image_is_built_from_what_is_let_in() -> None:
    copied = {
        name
        for line in re.findall(r"(?m)^COPY (?!--from)(.*)$", text("Dockerfile"))
        for name in line.split()[:-1]
    }
    let_in = set(re.findall(r"(?m)^!(.*)$", (ROOT / ".dockerignore").read_text(encoding="utf-8")))

    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)
    [command] = re.findall(r"(?m)^CMD \[(.*)\]$", text("Dockerfile"))
    assert is_command([word.strip(' "') for word in command.split(",")])


def test_nginx_lets_everything_through_that_the_service_takes() -> None:
    site = text("nginx.conf")
    [headers] = re.findall(r"large_client_header_buffers \d+ (\d+)k;", site)

    assert int(headers) << 10 >= FIELD_MAX
    assert f"location {ACCEL_PREFIX}/ {{" in site
    for directive in ("client_max_body_size 0;", "proxy_request_buffering off;", "internal;"):
        assert directive in site


def test_the_backup_can_be_run() -> None:
    script = DEPLOY / "backup.sh"

    assert os.access(script, os.X_OK)
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0


def test_every_file_of_deploy_is_named_in_a_page() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))
    names = {path.name.lower() for path in DEPLOY.iterdir() if path.is_file()}
    aliases = {"compose.yaml": "compose file"}

    assert [name for name in names if aliases.get(name, name) not in pages.lower()] == []
