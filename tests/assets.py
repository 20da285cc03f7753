"""Holds the committed browser files against their source: types, unit tests, the same bytes again.

Any Node will do: one on PATH, else the one inside the playwright wheel.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

WIDGET = Path(__file__).parent.parent / "widget"


def node() -> str:
    """Return the path of a Node.

    Raises:
        SystemExit: with a sentence, when there is none.
    """
    found = shutil.which("node")
    if found:
        return found
    try:
        from playwright._impl._driver import compute_driver_executable
    except ImportError:
        sys.exit("The browser files need Node to be checked: install it, or playwright.")
    return str(compute_driver_executable()[0])


def run(*command: str) -> None:
    """Run a step in widget/ and stop at the first that fails."""
    print("$", *(Path(part).name if os.sep in part else part for part in command), flush=True)
    if subprocess.run(command, cwd=WIDGET, check=False).returncode != 0:
        sys.exit(1)


def main() -> None:
    """Install the build's tools where they are not, then check."""
    lock, installed = WIDGET / "package-lock.json", WIDGET / "node_modules/.package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("The browser files need npm to be checked: install it.")
        run(npm, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    program = node()
    run(program, "node_modules/typescript/bin/tsc", "-p", "jsconfig.json")
    run(program, "--test", "--test-reporter=dot", *sorted(tests()))
    run(program, "build.mjs", "--check")


def tests() -> list[str]:
    """Return the unit tests of the browser's modules."""
    return [str(path.relative_to(WIDGET)) for path in WIDGET.glob("tests/**/*.test.*js")]


if __name__ == "__main__":
    main()
