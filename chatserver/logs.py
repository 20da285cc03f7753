"""How the process speaks to its operator: structured lines, never what people typed."""

import logging
from typing import TextIO

import structlog

from chatserver.settings import Settings

# Never the variables of a frame: they are what people typed.
_faults = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure_logs(settings: Settings, *, stream: TextIO | None = None) -> None:
    """Send every line, ours and the libraries', through one renderer.

    Args:
        stream: standard output when left out; commands keep that for what they print.
    """
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    renderer: list[structlog.typing.Processor] = (
        [_faults, structlog.processors.JSONRenderer()]
        if settings.log_format == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=stream is None,
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), format="%(levelname)s %(name)s %(message)s"
    )
    # They would log frames and addresses with their query strings.
    for name in ("socketio", "engineio", "uvicorn.access", "engineio.server", "socketio.server"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
