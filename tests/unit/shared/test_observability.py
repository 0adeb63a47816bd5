"""What the logger lets through, whoever logs."""

import importlib
import json
import logging
import re
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from shared import observability
from shared.errors import HandlerFailed
from shared.observability import FIELDS, logger
from tests.support.observed import observed

NAME, TOKEN = "Andrew Joseph", "d0" * 32
FUNCTIONS = ("webhook", "push", "tokens", "authorizer", "calls")


class Exploding(dict[str, Any]):
    """An event on which any handler fails, with a message that quotes a name."""

    def __getitem__(self, key: str) -> Any:
        raise ValueError(NAME)


def test_a_field_that_is_not_listed_is_left_out_and_named() -> None:
    with observed(left_out=frozenset({"caller_name", "body"})) as said:
        logger.info("call queued", extra={"call": "0123456789ab", "caller_name": NAME, "body": {"name": NAME}})

    [line] = said.log
    assert (line["message"], line["call"]) == ("call queued", "0123456789ab")
    assert NAME not in said.text


def test_the_time_is_one_by_which_lambda_filters() -> None:
    """RFC 3339: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html"""
    line = formatted(logging.LogRecord("x", logging.INFO, "x.py", 1, "call queued", None, None))

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)", line["timestamp"])


def test_a_traceback_is_logged_once() -> None:
    try:
        raise ValueError
    except ValueError:
        line = formatted(logging.LogRecord("x", logging.ERROR, "x.py", 1, "it failed", None, sys.exc_info()))

    assert line["exception"].startswith("ValueError\n")
    assert {"stack_trace", "left_out_fields"}.isdisjoint(line)


def formatted(record: logging.LogRecord) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(observability._Formatter().format(record))
    return line


def test_a_field_that_is_listed_is_redacted() -> None:
    with observed() as said:
        logger.info("push failed", extra={"detail": f"no answer to /3/device/{TOKEN}"})

    assert said.log[0]["detail"] == "no answer to /3/device/<hex>"


def test_an_exception_is_logged_by_type_and_place() -> None:
    with observed() as said:
        try:
            try:
                raise KeyError(NAME)
            except KeyError as error:
                raise ValueError(f"{NAME} {TOKEN}") from error
        except ValueError:
            logger.exception("it failed")

    text = said.log[0]["exception"]
    assert [line.split(":")[0] for line in text.splitlines() if not line.startswith(" ")] == ["ValueError", "KeyError"]
    assert "test_observability.py" in text
    assert NAME not in said.text
    assert TOKEN not in said.text


def test_of_a_long_chain_of_exceptions_the_last_five_are_logged() -> None:
    """Whether they were raised `from` each other or while the other was handled."""

    def fail(depth: int) -> None:
        if depth == 0:
            raise KeyError
        try:
            fail(depth - 1)
        except (KeyError, ValueError, LookupError) as error:
            if depth % 2:
                raise ValueError from error
            raise LookupError  # noqa: B904

    with observed() as said:
        try:
            fail(7)
        except ValueError:
            logger.exception("it failed")

    names = [line for line in said.log[0]["exception"].splitlines() if not line.startswith(" ")]
    assert names == ["ValueError", "LookupError", "ValueError", "LookupError", "ValueError"]


@pytest.fixture
def root_output() -> Iterator[StringIO]:
    """A handler as Lambda's runtime has it before a function is imported."""
    output, root = StringIO(), logging.getLogger()
    handler, former = logging.StreamHandler(output), root.level
    handler.addFilter(observability._LibrariesLines())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield output
    root.removeHandler(handler)
    root.setLevel(former)


@pytest.mark.parametrize("library", ["httpx", "httpcore.http2", "hpack", "botocore.endpoint", "a.new.one"])
def test_of_a_librarys_lines_only_the_constant_part_of_warnings_is_left(root_output: StringIO, library: str) -> None:
    log = logging.getLogger(library)
    log.debug("Decoded %s", TOKEN)
    log.info(f"HTTP Request: POST {NAME}")
    try:
        raise ValueError(NAME)
    except ValueError:
        log.warning("Retrying %s after %s", TOKEN, NAME, exc_info=True, extra={"body": NAME})

    log.warning("Giving up on %s", TOKEN)

    assert root_output.getvalue() == "Retrying %s after %s (ValueError)\nGiving up on %s\n"


def test_a_librarys_line_keeps_what_lambdas_own_formatters_ask_for() -> None:
    record = logging.LogRecord("hpack", logging.WARNING, "/opt/hpack.py", 7, "Retrying %s", (TOKEN,), None)
    record.aws_request_id, record.tenant_id = "request-1", "tenant-1"

    line = observability._LibrariesLines().filter(record)

    assert isinstance(line, logging.LogRecord)
    assert (line.name, line.levelno, line.pathname, line.lineno) == ("hpack", logging.WARNING, "/opt/hpack.py", 7)
    assert (line.aws_request_id, line.tenant_id) == ("request-1", "tenant-1")  # type: ignore[attr-defined]


def test_the_first_invocation_of_an_environment_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observability, "_is_cold", True)

    @observability.reported
    def handler(event: object, context: object) -> None:
        logger.info("call queued")

    with observed() as said:
        for _ in range(2):
            handler({}, None)

    assert [line.get("cold_start") for line in said.log] == [True, None]


@pytest.fixture(params=FUNCTIONS)
def handler(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings = {
        **{name: "http://127.0.0.1/q" for name in ("CALLS_QUEUE_URL", "DEAD_LETTER_QUEUE_URL")},
        **{name: "x" for name in ("WEBHOOK_SECRET_ARN", "DEVICES_TABLE", "CALLS_TABLE", "APNS_KEY_SECRET_ARN")},
        **{name: "https://apns.example" for name in ("APNS_PRODUCTION_URL", "APNS_SANDBOX_URL")},
        **{"BUNDLE_ID": "com.example.app", "DEFAULT_APNS_ENVIRONMENT": "production"},
        **{"RING_SECONDS": "45", "GROUP_MEMBER_LIMIT": "50", "PAYLOAD_PROFILE": "standard"},
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return importlib.import_module(f"{request.param}.app").handler


def test_every_handler_fails_without_quoting_anything(handler: Any) -> None:
    with observed() as said, pytest.raises(HandlerFailed) as raised:
        handler(Exploding(), None)

    assert NAME not in str(raised.value)
    assert raised.value.__suppress_context__
    assert NAME not in said.text
    assert said.log[-1]["message"] == "handler failed"


def test_no_field_is_listed_that_holds_a_name_a_body_or_a_credential() -> None:
    private = {"token", "body", "headers", "authorization", "caller_name", "name", "payload", "secret", "jwt"}

    assert not FIELDS & private
