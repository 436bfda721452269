"""Several processes, each in the place of a service: kept alive, and ended together."""

import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters_http.process_numbers import counting_together
from adapters_http.server import listen
from vidcore_app import processes
from vidcore_app.processes import Processes

# Told to stop, it refuses what is new, and ends when there is a file "may end".
SERVES = f"""#!{sys.executable}
import os, pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[0]).parent
listening, parent, serving, hearing, ringing = map(int, sys.argv[-1].split(","))
told = []
signal.signal(signal.SIGTERM, lambda *_: told.append(os.close(listening)))
(folder / f"served by {{os.getpid()}}").touch()
os.write(serving, b"1")
os.close(serving)
while not told or not (folder / "may end").exists():
    time.sleep(0.005)
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is started in the place of Python: there is no such file, until a test writes it."""
    path = tmp_path / "program"
    monkeypatch.setattr(sys, "executable", str(path))
    return path


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with listen("127.0.0.1", 0) as listening, counting_together():
        yield listening


def install(program: Path, *, ends: bool = True) -> None:
    if ends:
        program.with_name("may end").touch()
    program.with_name("new").write_text(SERVES)
    program.with_name("new").chmod(0o700)
    program.with_name("new").rename(program)


def serving(program: Path) -> set[int]:
    """The processes that have begun to serve, also those that have ended since."""
    return {int(path.name.split()[-1]) for path in program.parent.glob("served by *")}


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def refuses(address: tuple[str, int]) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(address) == errno.ECONNREFUSED


def open_files() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


async def test_one_that_cannot_be_started_is_tried_again(
    program: Path, listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "RESTART_PAUSE", 0.01)
    told, introduced = asyncio.Event(), asyncio.Event()
    before = open_files()
    with capture_logs() as logs:
        running = asyncio.create_task(Processes(2, (), listening).run(told, introduced.set))
        await until(lambda: len(logs) >= 10)
        assert len(open_files() - before) <= 2 * 4
        assert not introduced.is_set()
        install(program)

        await until(introduced.is_set)

        told.set()
        await asyncio.wait_for(running, 20)
    assert len(serving(program)) == 2
    assert {line["event"] for line in logs} == {"no process"}
    assert open_files() <= before


async def test_one_that_dies_after_it_has_served_for_a_while_is_back_at_once(
    program: Path, listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "RESTART_PAUSE", 60.0)
    monkeypatch.setattr(processes, "STEADY", 0.05)
    install(program)
    told, introduced = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(Processes(1, (), listening).run(told, introduced.set))
    await until(introduced.is_set)
    await asyncio.sleep(0.06)
    [first] = serving(program)

    os.kill(first, signal.SIGKILL)

    await until(lambda: len(serving(program)) == 2)
    told.set()
    await asyncio.wait_for(running, 20)


async def test_one_that_dies_young_waits_but_a_stop_does_not(
    program: Path, listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "RESTART_PAUSE", 60.0)
    install(program)
    told, introduced = asyncio.Event(), asyncio.Event()
    with capture_logs() as logs:
        running = asyncio.create_task(Processes(1, (), listening).run(told, introduced.set))
        await until(introduced.is_set)
        [first] = serving(program)
        os.kill(first, signal.SIGKILL)
        await until(lambda: logs)
        await asyncio.sleep(0.2)

        told.set()
        await asyncio.wait_for(running, 20)

    assert serving(program) == {first}
    assert [(line["event"], line["code"]) for line in logs] == [("process ended", -9)]


async def test_what_comes_after_the_stop_is_refused_while_answers_end(
    program: Path, listening: socket.socket
) -> None:
    install(program, ends=False)
    told, introduced = asyncio.Event(), asyncio.Event()
    address = listening.getsockname()
    running = asyncio.create_task(Processes(1, (), listening).run(told, introduced.set))
    await until(introduced.is_set)

    told.set()

    await until(lambda: refuses(address))
    assert not running.done()
    program.with_name("may end").touch()
    await asyncio.wait_for(running, 20)
