"""The function's logger and metrics. The service's name comes from POWERTOOLS_SERVICE_NAME.

What a line may hold is decided here, for all code that logs: constant messages, and the fields that are listed. A field
that is not listed is left out and named under `left_out_fields`. Libraries' own lines lose their arguments.
"""

import logging
import traceback
import warnings
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit

from shared.errors import HandlerFailed
from shared.log_messages import LogMessage
from shared.redaction import describe, redact

# A device, a call and a person appear as hashes and uids: no device token, credential, body or name.
FIELDS = frozenset(
    {
        *("level", "location", "message", "timestamp", "service", "correlation_id", "xray_trace_id"),
        *("exception", "exception_name"),
        "cold_start",
        *("call", "device", "uid", "environment", "apns_id", "message_id"),
        *(
            "status",
            "error",
            "reason",
            "detail",
            "field",
            "ignored_fields",
            "expected",
            "received",
            "remedy",
            "trigger",
            "posted_by",
            "result",
            "outcome",
        ),
        *("count", "devices", "members", "left_out", "sends", "retry"),
        *("ms_since_sent", "ms_since_webhook"),
    }
)


class _Formatter(LambdaPowertoolsFormatter):
    def __init__(self) -> None:
        # Lambda filters by level, and takes a line whose time has another format for one of level INFO.
        super().__init__(serialize_stacktrace=False, use_rfc3339=True)

    def formatException(self, ei: Any) -> str:
        """Types and places, and messages only of errors that are known to quote nothing."""
        chain: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None and len(chain) < 5:
            frames = [
                f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
            ]
            chain.append("\n".join([describe(error), *frames]))
            error = error.__cause__ or error.__context__
        return "\n".join(chain)

    def serialize(self, log: Any) -> str:
        names = FIELDS | _emf_names(log)
        allowed = {
            name: redact(value) if isinstance(value, str) else value for name, value in log.items() if name in names
        }
        if left_out := sorted(str(name) for name in log.keys() - names):
            allowed["left_out_fields"] = left_out
        return super().serialize(log=allowed)


def _emf_names(log: dict[str, Any]) -> set[str]:
    """What CloudWatch's embedded metric format adds to a line that carries metrics."""
    directives = log.get("_aws", {}).get("CloudWatchMetrics", ())
    return {"_aws"} | {metric["Name"] for directive in directives for metric in directive["Metrics"]}


class _LibrariesLines(logging.Filter):
    """Only warnings, and only their constant part: httpx logs URLs with device tokens, hpack bearer tokens."""

    def filter(self, record: logging.LogRecord) -> logging.LogRecord | bool:
        if record.levelno < logging.WARNING:
            return False
        error = record.exc_info[1] if record.exc_info else None
        text = redact(str(record.msg)) + (f" ({describe(error)})" if error else "")
        line = logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, text, None, None)
        # What Lambda's own formatters ask for.
        for name in ("aws_request_id", "tenant_id"):
            setattr(line, name, getattr(record, name, None))
        return line


logger = Logger(logger_formatter=_Formatter())
metrics = Metrics()

# A name such as "Task-47" says nothing.
logging.logAsyncioTasks = False  # type: ignore[attr-defined]  # unknown to typeshed

# Not every invocation counts something.
warnings.filterwarnings("ignore", message="No application metrics to publish")

# Lambda's own runtime prints what libraries log, through the root logger's handlers.
for _handler in logging.getLogger().handlers:
    _handler.addFilter(_LibrariesLines())


def count(metric: str, number: int = 1) -> None:
    metrics.add_metric(metric, MetricUnit.Count, number)


_is_cold = True


def _note_cold_start() -> None:
    """Lines of an environment's first invocation have `cold_start`, others have no such field."""
    global _is_cold
    if _is_cold:
        logger.append_keys(cold_start=True)
    else:
        logger.remove_keys(["cold_start"])
    _is_cold = False


def report(log: Callable[..., None], message: LogMessage, **fields: Any) -> None:
    """What became of an invocation, and all that it has counted, in one line."""
    # Powertools refuses to serialize nothing, and a test post of ours may count nothing.
    counted: Mapping[str, Any] = metrics.serialize_metric_set() if metrics.metric_set else {}
    log(message, stacklevel=3, extra={**fields, **counted})
    metrics.clear_metrics()


def reported[**P, R](handler: Callable[P, R]) -> Callable[P, R]:
    """A Lambda handler whose metrics are written and whose failures are logged by us.

    Lambda prints an exception that leaves a handler, with its message and whatever that quotes.
    """

    @wraps(handler)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        _note_cold_start()
        try:
            return handler(*args, **kwargs)
        except HandlerFailed:
            raise
        except Exception:
            logger.exception(LogMessage.HANDLER_FAILED)
            raise HandlerFailed("see the line before this one") from None

    wrapped: Callable[P, R] = metrics.log_metrics(guarded)
    return wrapped
