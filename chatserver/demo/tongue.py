"""Which of the two languages the terminal speaks; knows no request and no page."""

import os
from collections.abc import Mapping


def terminal_language(environ: Mapping[str, str] | None = None) -> str:
    """Return `tr` where the environment asks for Turkish messages, else `en`."""
    environ = os.environ if environ is None else environ
    asked = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "tr" if asked.lower().startswith("tr") else "en"
