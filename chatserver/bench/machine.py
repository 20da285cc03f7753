"""The machine that is measured on: its cores, who else uses them, what is installed; Linux only."""

import os
import platform
import socket
import sqlite3
import subprocess
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PACKAGES = ("python-socketio", "uvicorn", "websockets", "uvloop", "orjson", "msgspec", "sqlalchemy")


def cores() -> list[int]:
    """Return the cores this process may use."""
    return sorted(os.sched_getaffinity(0))


def server_core() -> set[int]:
    """Return the core that servers are pinned to; every core where there is only one."""
    return {cores()[0]}


def other_cores() -> set[int]:
    """Return the cores for the generator, databases and Redis."""
    return set(cores()[1:]) or set(cores())


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process, its threads and the children it has waited for."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return 0.0
    fields = text.rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / TICKS


def rss_kib(pid: int) -> int:
    """Return the memory of a process that is its own: resident, less what files are mapped."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


def busy_s() -> float:
    """Return how long all cores together have worked since the start of the machine."""
    first = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, first[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


def family(pid: int) -> list[int]:
    """Return a process with all that descend from it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text(encoding="ascii").split():
                found += family(int(child))
        except OSError:
            continue
    return found


@dataclass(slots=True)
class Meter:
    """Measures CPU between two moments.

    Args:
        servers: processes that are measured.
        helpers: databases and the like, with all their children: ours, and not measured.
    """

    servers: list[int]
    helpers: list[int] = field(default_factory=list)
    _servers_s: list[float] = field(default_factory=list)
    _helpers_s: float = 0.0
    _own_s: float = 0.0
    _busy_s: float = 0.0
    _at: float = 0.0

    def _all_helpers(self) -> float:
        return sum(cpu_s(pid) for helper in self.helpers for pid in family(helper))

    def start(self, now: float) -> None:
        """Begin; now: any clock's seconds."""
        self._servers_s = [cpu_s(pid) for pid in self.servers]
        self._helpers_s, self._own_s = self._all_helpers(), cpu_s(os.getpid())
        self._busy_s, self._at = busy_s(), now

    def stop(self, now: float) -> dict[str, object]:
        """Return what each used, and what was left to neighbours, in cores."""
        servers = [cpu_s(pid) - old for pid, old in zip(self.servers, self._servers_s, strict=True)]
        helpers = self._all_helpers() - self._helpers_s
        own = cpu_s(os.getpid()) - self._own_s
        wall = max(now - self._at, 1e-9)
        neighbours = max(0.0, busy_s() - self._busy_s - sum(servers) - helpers - own)
        return {
            "wall_s": wall,
            "server_cpu_s": servers,
            "helpers_share": helpers / wall,
            "generator_share": own / wall,
            "neighbours_cores": neighbours / wall,
        }


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _version_of(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def describe() -> dict[str, object]:
    """Return what a reader must know of the machine to believe a figure."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    versions = {"sqlite": sqlite3.sqlite_version}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "cores": len(cores()),
        "cpu": model,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "node": _version_of(["node", "--version"]),
        "versions": versions,
    }
