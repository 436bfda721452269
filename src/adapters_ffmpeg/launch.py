"""Limit this process, tie its life to its parent's, and become another program.

Run as a script by `adapters_ffmpeg.subprocesses`, in a fresh interpreter. A `preexec_fn` would do the
same between fork and exec of a process with threads, where Python code can deadlock.

    launch.py PARENT_PID NICENESS LIMIT=VALUE,... PROGRAM ARGUMENT...
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Sequence

CANNOT_START = 127  # as a shell exits when it cannot start a program
_PR_SET_PDEATHSIG = 1  # linux/prctl.h; it survives an exec


def main(arguments: Sequence[str]) -> int:
    """Become the program; return CANNOT_START if that, or a limit, is impossible."""
    parent, niceness, limits, *program = arguments
    try:
        _die_with(int(parent))
        os.nice(int(niceness))
        for name, _, value in (limit.partition("=") for limit in limits.split(",")):
            _limit(getattr(resource, f"RLIMIT_{name}"), int(value))
        for ignored in (
            signal.SIGPIPE,
            signal.SIGXFSZ,
        ):  # by the interpreter; an exec would keep it
            signal.signal(ignored, signal.SIG_DFL)
        os.execv(program[0], program)  # noqa: S606 - no shell is wanted, nor this process any more
    except (OSError, ValueError) as error:
        sys.stderr.write(f"cannot start: {error}\n")
    return CANNOT_START


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when the parent ends. Raises OSError if it has ended."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl failed")
    if os.getppid() != parent:
        raise ProcessLookupError("the parent has ended")


def _limit(kind: int, value: int) -> None:
    """Set a limit for good, never over the one that is in force."""
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
