import asyncio
import signal
from pathlib import Path

import pytest

from adapters_ffmpeg.subprocesses import Finished, Limits, run
from adapters_ffmpeg.watchdog import Watchdog

DEADLINE = 15.0
FEW = Limits(memory=2**32, cpu=60, file_size=2**20)


async def answer(*program: str) -> Finished:
    began = asyncio.get_running_loop().time()
    return await run(program, limits=FEW, watchdog=Watchdog(began=began, stall=DEADLINE))


async def test_a_program_gets_no_secrets_no_input_and_no_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VIDCORE_JWT_SECRET", "hidden")
    monkeypatch.setenv("AV_LOG_FORCE_COLOR", "1")

    finished = await answer("/bin/sh", "-c", "(env; pwd; cat) >&2")

    assert b"hidden" not in finished.stderr
    assert b"AV_LOG" not in finished.stderr
    assert b"\n/\n" in finished.stderr
    assert finished.returncode == 0


async def test_a_program_is_stopped_at_its_limits(tmp_path: Path) -> None:
    script = f"ulimit -c -v >&2; exec head -c 2000000 /dev/zero > {tmp_path}/large"

    finished = await answer("/bin/sh", "-c", script)

    assert finished.returncode == -signal.SIGXFSZ
    assert (tmp_path / "large").stat().st_size == FEW.file_size
    assert b"0" in finished.stderr
    assert str(FEW.memory // 1024).encode() in finished.stderr
