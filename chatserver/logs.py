"""How the process speaks to its operator: structured lines, never what people typed."""

import logging
from typing import TextIO

import structlog

from chatserver.masking import redacted
from chatserver.settings import Settings

# Never the variables of a frame: they are what people typed.
_faults = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def _redact(
    _logger: object, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Hide what no line may carry, wherever in it an error has put it."""
    return {key: _redacted(value) for key, value in event.items()}


def _redacted(value: object) -> object:
    match value:
        case str():
            return redacted(value)
        case dict():
            return {key: _redacted(item) for key, item in value.items()}
        case list() | tuple():
            return [_redacted(item) for item in value]
        case _:
            return value


class _RedactingFormatter(logging.Formatter):
    """The libraries' lines, under the same rule."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without what no line may carry."""
        return redacted(super().format(record))


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
        _faults if settings.log_format == "json" else structlog.processors.format_exc_info,
        _redact,
    ]
    renderer: list[structlog.typing.Processor] = (
        [structlog.processors.JSONRenderer()]
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
    handler = logging.StreamHandler()
    handler.setFormatter(_RedactingFormatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler])
    # They would log frames and addresses with their query strings.
    for name in ("socketio", "engineio", "uvicorn.access", "engineio.server", "socketio.server"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
