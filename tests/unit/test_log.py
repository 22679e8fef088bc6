"""The log is readable by people or machines, and never holds a secret."""

from __future__ import annotations

import io
import json
import logging
import time
import warnings

import pytest
import structlog

from bridge import Secret
from bridge.log import configure_logging, redact

CANARIES = {
    "slack bot token": ("the token is {}", "xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx"),
    "slack app token": ("{}", "xapp-1-A012345-1234567890-abcdef0123456789"),
    "slack refresh token": ("refreshing {} now", "xoxe-1-My0xLTEyMzQ1Njc4OTAtMTIzNDU2Nzg5MA"),
    "slack rotated token": ("got {}", "xoxe.xoxb-1-MS0yLTEyMzQ1Njc4OTAtMTIzNDU2Nzg5MA"),
    "discord token": ("Bot said {}", "MTAxNTU0MDIxNzM0NTY3ODkwMQ.GaBcDe.aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789ab"),
    "bearer": ("Authorization: Bearer {}", "sk_live_0123456789abcdefghij"),
    "bearer in a dict": ("{{'Authorization': 'Bearer {}'}}", "0123456789abcdefghij"),
    "bearer in JSON": ('{{"authorization": "Bearer {}"}}', "0123456789abcdefghij"),
    "keyword": ("Client(api_key='{}', timeout=3)", "vs-0123456789abcdef"),
    "environment": ("VECTORSHIFT_API_KEY={}", "vs-0123456789abcdef"),
    "database password": ("postgresql://bridge:{}@db.example/bridge", "hunter22"),
    "socket ticket": ("wss://wss-primary.slack.com/link/?ticket={}&app_id=A1", "0e5d9c1a-7f7b-4e58-9b2e-3b0e3f6f9a11"),
    "query": ("GET /v1?api_key={} HTTP/1.1", "0123456789abcdef"),
}


@pytest.mark.parametrize("name", CANARIES)
def test_what_looks_like_a_secret_is_masked(name: str) -> None:
    template, canary = CANARIES[name]
    masked = redact(template.format(canary))
    assert canary not in masked
    assert "***" in masked
    assert masked.startswith(template.partition("{}")[0][:8].format())


@pytest.mark.parametrize(
    "text",
    [
        "turn.finished platform=x thread=1700000000.123456 session=b2f1c6de-7a3f-4d0e-9f0c-6a1f0f0a8d11 took=3.2",
        "https://slack.com/api/chat.update answered 200",
        "the bot said something about tokens: there are 5",
        "a discord id 1015540217345678901 and a Slack channel C0123ABCD",
        "ws://127.0.0.1:8080/gateway?v=10&encoding=json",
        "bridge.toml:31: platforms.slack.bot_token: the environment variable SLACK_BOT_TOKEN is not set",
    ],
)
def test_the_rest_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("unit", ["xoxb-", "M" * 30, "Bearer ", "://a", "://a:", "api_key=", "?token=", "a.", "-"])
def test_redacting_takes_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        begin = time.process_time()
        redact(text)
        return time.process_time() - begin

    seconds(10_000)
    small, large = min(seconds(20_000) for _ in range(5)), min(seconds(160_000) for _ in range(3))
    assert large < 40 * small + 0.05


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("name", CANARIES)
def test_no_secret_reaches_the_log(name: str, as_json: bool) -> None:
    template, canary = CANARIES[name]
    text = template.format(canary)
    stream = io.StringIO()
    configure_logging(stream, json=as_json, level="debug")
    log = structlog.get_logger("test")
    log.info(text)
    log.info("nested", data={"deep": [text]}, text=text)
    log.info("typed", secret=Secret(canary), nested={"secret": Secret(canary)})
    logging.getLogger("library").error("said %s", text)
    try:
        raise RuntimeError(text) from ValueError(text)
    except RuntimeError:
        log.exception("failed")
        logging.getLogger("library").exception("failed too")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(text, stacklevel=1)
    assert canary not in stream.getvalue()
    assert stream.getvalue().count("***") >= 10


def test_json_lines_hold_everything() -> None:
    stream = io.StringIO()
    configure_logging(stream)
    structlog.get_logger("bridge.turn").warning("turn.late", seconds=2.5, thread=("a", "b"))
    logging.getLogger("slack_sdk.socket").warning("no pong for %d s", 15)
    ours, theirs = map(json.loads, stream.getvalue().splitlines())
    assert ours.pop("timestamp").endswith("Z")
    assert ours == {
        "event": "turn.late",
        "level": "warning",
        "logger": "bridge.turn",
        "seconds": 2.5,
        "thread": ["a", "b"],
    }
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("no pong for 15 s", "warning", "slack_sdk.socket")


def test_what_libraries_say_below_a_warning_is_left_out() -> None:
    stream = io.StringIO()
    configure_logging(stream, level="debug")
    logging.getLogger("discord.gateway").info("sent a frame with everything in it")
    structlog.get_logger("bridge").debug("ours")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["ours"]


def test_a_library_with_a_broken_format_is_still_heard() -> None:
    stream = io.StringIO()
    configure_logging(stream)
    record = logging.LogRecord("library", logging.ERROR, __file__, 1, "%d", ("not a number",), None)
    logging.getLogger().handlers[-1].handle(record)
    assert "not a number" in json.loads(stream.getvalue())["event"]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown log level 'loud'; it is one of debug, info, warning, error"):
        configure_logging(io.StringIO(), level="loud")


def test_a_closed_stream_loses_lines_and_stops_nothing() -> None:
    stream = io.StringIO()
    configure_logging(stream)
    stream.close()
    structlog.get_logger("bridge").info("into the void")
    logging.getLogger("library").warning("and this")


def test_setting_up_twice_writes_each_line_once() -> None:
    streams = io.StringIO(), io.StringIO()
    for stream in streams:
        configure_logging(stream)
    logging.getLogger("library").warning("once")
    assert [stream.getvalue().count("once") for stream in streams] == [0, 1]
