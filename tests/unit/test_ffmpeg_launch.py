import ctypes
import os
import resource
import signal
import subprocess
import sys

import pytest

from adapters_ffmpeg import launch

PR_SET_PDEATHSIG = 1
OPEN_FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def launched(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-I", "-S", launch.__file__, *arguments),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_the_program_runs_under_the_limits() -> None:
    script = "ulimit -c; ulimit -t; nice; kill -PIPE $$; echo survived"

    ended = launched(str(os.getpid()), "3", "CORE=0,CPU=77", "/bin/sh", "-c", script)

    assert ended.stdout.split() == ["0", "77", str(os.nice(0) + 3)]
    assert ended.returncode == -13


def test_a_limit_is_never_over_the_one_in_force() -> None:
    # Nested, so that the inner one finds the outer one's limit in force.
    inner = (sys.executable, "-I", "-S", launch.__file__)
    script = f"{' '.join(inner)} $$ 0 CPU=99 /bin/sh -c 'ulimit -t'"

    ended = launched(str(os.getpid()), "0", "CPU=55", "/bin/sh", "-c", f"{script}; true")

    assert ended.stdout.split() == ["55"]


def test_a_program_that_cannot_be_started_is_told() -> None:
    ended = launched(str(os.getpid()), "0", "CORE=0", "/nowhere/ffmpeg")

    assert ended.returncode == launch.CANNOT_START
    assert "cannot start" in ended.stderr


def test_a_parent_that_has_ended_already_starts_nothing() -> None:
    ended = launched("1", "0", "CORE=0", "/bin/echo", "started")

    assert (ended.returncode, ended.stdout) == (launch.CANNOT_START, "")


def test_in_this_process_too_a_failure_is_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    limits = f"NOFILE={OPEN_FILES}"
    restored = [(number, signal.getsignal(number)) for number in (signal.SIGPIPE, signal.SIGXFSZ)]
    try:
        code = launch.main((str(os.getppid()), "0", limits, "/nowhere/ffmpeg"))
        orphan = launch.main(("1", "0", limits, "/bin/true"))
        wrong = launch.main((str(os.getppid()), "0", "NOFILE=x", "/bin/true"))
    finally:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0)
        for number, handler in restored:
            signal.signal(number, handler)

    assert {code, orphan, wrong} == {launch.CANNOT_START}
    assert capsys.readouterr().err.count("cannot start") == 3
