"""What a bare machine may lack; found, or installed where that is allowed: a Chromium, strace, and
the clients of every version that the conformance tests connect with.

`python -m tests.machine` sees to all and says what it did; it fails with a sentence that says what
to install, so that no test is passed over in silence.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CLIENTS = Path(__file__).parent / "conformance" / "clients"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class Missing(Exception):
    """A part is not there and can't be had."""


def find_chromium() -> str | None:
    """Return a Chromium: CHATSERVER_CHROMIUM, one on PATH, or playwright's own."""
    named = os.environ.get("CHATSERVER_CHROMIUM")
    if named:
        return named
    for name in CHROMIUM_NAMES:
        found = shutil.which(name)
        if found:
            return found
    caches = Path.home() / ".cache" / "ms-playwright"
    own = sorted(caches.glob("chromium-*/chrome-linux*/chrome"))
    return str(own[-1]) if own else None


def chromium() -> str:
    """Return the path of a Chromium.

    Raises:
        Missing: when there is none.
    """
    found = find_chromium()
    if found is None:
        raise Missing(
            "The browser tests need Chromium: install the package `chromium`, or name one in "
            "CHATSERVER_CHROMIUM."
        )
    return found


def strace() -> str:
    """Return the path of strace.

    Raises:
        Missing: when there is none.
    """
    found = shutil.which("strace")
    if found is None:
        raise Missing("The durability test needs strace: install the package `strace`.")
    return found


def socket_clients() -> Path:
    """Return the folder with the socket.io clients, which npm fetches when they are not there.

    Raises:
        Missing: when they are not there and can't be had.
    """
    lock, installed = CLIENTS / "package-lock.json", CLIENTS / "node_modules/.package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        npm = shutil.which("npm")
        if npm is None:
            raise Missing(
                "The conformance tests need npm: install the packages `nodejs` and `npm`."
            )
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        if subprocess.run(command, cwd=CLIENTS, check=False).returncode != 0:
            raise Missing(
                "The conformance tests need socket.io's clients, and npm can't fetch them."
            )
    return CLIENTS


def _install(package: str) -> None:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    print(f"installing {package} …", flush=True)
    quiet: dict[str, int] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    if subprocess.run(command, env=environ, check=False, **quiet).returncode != 0:  # type: ignore[call-overload]
        subprocess.run(["apt-get", "update", "-qq"], env=environ, check=False, **quiet)  # type: ignore[call-overload]
        subprocess.run(command, env=environ, check=False, **quiet)  # type: ignore[call-overload]


def main() -> None:
    """See to everything, or say what is missing."""
    if find_chromium() is None:
        _install("chromium")
    if shutil.which("strace") is None:
        _install("strace")
    if shutil.which("npm") is None:
        _install("npm")
    try:
        print(f"Chromium: {chromium()}\nstrace: {strace()}\nclients: {socket_clients()}")
    except Missing as missing:
        sys.exit(str(missing))


if __name__ == "__main__":
    main()
