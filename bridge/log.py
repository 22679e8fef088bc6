"""What the program writes about itself: readable on a terminal, JSON otherwise, never with a secret in it.

Modules log with `structlog.get_logger(__name__)`. What libraries log through the standard `logging` comes out
the same way, from WARNING up: below that their frames and headers would be written out.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}

_MASK = "***"

# Each is linear: one class of characters per run, and no run is followed by something that the run could eat.
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Slack tokens: bot, user, app-level, configuration, refresh and rotated ones ("xoxe.xoxb-…").
    (re.compile(r"(?:xox[a-z]|xapp|xwfp)[-.][\w.-]{8,}"), _MASK),
    # Discord bot tokens: the bot's id in base64, a timestamp, a signature.
    (re.compile(r"[MNO][\w-]{22,29}\.[\w-]{6}\.[\w-]{25,}"), _MASK),
    # Credentials of an HTTP request.
    (re.compile(r"(?i)((?:bearer|bot|basic)\s+)[\w.~+/=-]{16,}"), rf"\1{_MASK}"),
    # The password of a URL.
    (re.compile(r"(://[^\s/:@\"']{0,256}:)[^\s/@\"']{1,256}@"), rf"\1{_MASK}@"),
    # One-time tickets and keys in a URL's query, as in the address of a Slack socket.
    (
        re.compile(r"(?i)([?&](?:ticket|token|api_?key|access_token|secret|password|signature)=)[^\s&#\"']+"),
        rf"\1{_MASK}",
    ),
    # Anything that is called a secret, in a header, keyword argument or JSON.
    (
        re.compile(
            r"(?i)((?:api[_-]?key|_token|authorization|password|client_secret)[\"']?\s{0,4}[:=]\s{0,4}[\"']?)[^\s\"',;)}\]]{8,}"
        ),
        rf"\1{_MASK}",
    ),
)


def redact(text: str) -> str:
    """`text` with everything that looks like a credential replaced by `***`. Takes time linear in its length."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def configure_logging(stream: TextIO, *, json: bool | None = None, level: str = "info") -> None:
    """Send all logging to `stream`; called once by a program, before anything is logged.

    `json` is decided by whether `stream` is a terminal when it is None. Raises ValueError for an unknown level.
    """
    if level not in LEVELS:
        raise ValueError(f"unknown log level {level!r}; it is one of {', '.join(LEVELS)}")
    as_json = not stream.isatty() if json is None else json
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _add_name,
            structlog.processors.TimeStamper(fmt="iso" if as_json else "%H:%M:%S", utc=as_json),
            *_rendering(as_json, colors=stream.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=_factory(stream),
        cache_logger_on_first_use=False,
    )
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers[:] = [*(handler for handler in root.handlers if not isinstance(handler, _Forward)), _Forward()]
    root.setLevel(max(LEVELS[level], logging.WARNING))


class _Lines:
    """Writes lines to a stream, whatever their level, and knows for which module."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream = stream
        self.name = name

    def msg(self, line: str) -> None:
        """Write one line; a stream that is closed, or whose reader has gone, loses it and stops nothing."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(line + "\n")
            self._stream.flush()

    debug = info = warning = error = critical = exception = fatal = log = msg


def _factory(stream: TextIO) -> Callable[..., _Lines]:
    return lambda *names: _Lines(stream, str(names[0]) if names else "bridge")


class _Forward(logging.Handler):
    """Passes what libraries log on to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage().rstrip()
        except Exception:  # noqa: BLE001 - a library's broken format string must not stop what it was doing
            message = f"{record.msg!r} {record.args!r}"
        logger = structlog.get_logger(record.name)
        logger.log(record.levelno, message, **({"exc_info": record.exc_info} if record.exc_info else {}))


def _add_name(logger: _Lines, _: str, event: EventDict) -> EventDict:
    event["logger"] = logger.name
    return event


def _rendering(as_json: bool, *, colors: bool) -> list[Processor]:
    """Tracebacks are written without the values of variables, which hold people's words and keys."""
    if as_json:
        return [
            structlog.processors.format_exc_info,
            _redacted(structlog.processors.JSONRenderer(default=repr, ensure_ascii=False)),
        ]
    return [_redacted(structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback))]


def _redacted(render: Callable[..., str | bytes]) -> Processor:
    return lambda logger, method, event: redact(str(render(logger, method, event)))
