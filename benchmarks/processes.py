"""What other processes have used, as Linux tells it (proc(5))."""

import os
from pathlib import Path


def processor_seconds(pid: int) -> float:
    """Give the processor seconds of a process and of all below it, ended or not."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # with those it waited for
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(processor_seconds(int(child)) for child in children)


def memory(pid: int) -> int:
    """Give the bytes of memory that a process has now."""
    return _bytes(pid, "VmRSS:")


def memory_peak(pid: int) -> int:
    """Give the most bytes of memory that a process has had since that was reset."""
    return _bytes(pid, "VmHWM:")


def _bytes(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith(name))
    return int(line.split()[1]) << 10


def reset_memory_peak(pid: int) -> None:
    """Begin anew, from what it has now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
