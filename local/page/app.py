"""The page's requests."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from apns_simulator import ControlError
from apns_simulator.errors import BadInputError
from apns_simulator.json_input import from_json
from local.page.actions import Actions, Later
from local.page.broadcaster import Broadcaster
from local.page.inputs import Fault, InCall, NewCall, NewPhone, OnPhone
from local.page.same_origin import OnlyFromThisPage
from ops.errors import CommandError

_STATIC = Path(__file__).parent / "static"
_MAX_BODY_BYTES = 10_000
_LOG = logging.getLogger(__name__)

type Handler = Callable[[Request], Any]


def create(broadcaster: Broadcaster, actions: Actions, about: dict[str, Any], port: int) -> Starlette:
    """`about` is what the page shows of the stack, such as its addresses."""
    later: set[asyncio.Task[None]] = set()

    async def events(_: Request) -> Response:
        async def stream() -> AsyncIterator[ServerSentEvent]:
            yield ServerSentEvent(json.dumps(about), event="about")
            async with contextlib.aclosing(broadcaster.changes()) as changes:
                async for change in changes:
                    yield ServerSentEvent(change.data, event=change.event)

        return EventSourceResponse(stream())

    async def call(request: Request) -> Any:
        said, more = await run_in_threadpool(actions.call, await _body(request, NewCall))
        for each in more:
            task = asyncio.create_task(_do(each))
            later.add(task)
            task.add_done_callback(later.discard)
        return said

    async def clear_faults(_: Request) -> Any:
        return await run_in_threadpool(actions.clear_faults)

    def action[T](cls: type[T], does: Callable[[T], Any]) -> Handler:
        async def handle(request: Request) -> Any:
            return await run_in_threadpool(does, await _body(request, cls))

        return handle

    def post(path: str, handler: Handler) -> Route:
        async def response(request: Request) -> Response:
            try:
                said = await handler(request)
            except BadInputError as error:
                return JSONResponse({"error": str(error)}, 400)
            except (CommandError, ControlError, httpx.HTTPError, OSError) as error:
                return JSONResponse({"error": str(error) or type(error).__name__}, 502)
            await broadcaster.look()
            return JSONResponse(said)

        return Route(path, response, methods=["POST"])

    return Starlette(
        routes=[
            Route("/", lambda _: FileResponse(_STATIC / "index.html")),
            Mount("/static", StaticFiles(directory=_STATIC)),
            Route("/events", events),
            post("/api/phones", action(NewPhone, actions.register)),
            post("/api/phone", action(OnPhone, actions.on_phone)),
            post("/api/in-call", action(InCall, actions.in_call)),
            post("/api/calls", call),
            post("/api/faults", action(Fault, actions.fault)),
            post("/api/faults/clear", clear_faults),
        ],
        middleware=[Middleware(OnlyFromThisPage, port=port)],
    )


async def _body[T](request: Request, cls: type[T]) -> T:
    """Raises `BadInputError`."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY_BYTES:
            raise BadInputError(f"the body must be at most {_MAX_BODY_BYTES} bytes")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInputError("the body must be JSON") from error
    return from_json(cls, value)


async def _do(later: Later) -> None:
    await asyncio.sleep(later.after_s)
    try:
        await run_in_threadpool(later.act)
    except (CommandError, httpx.TransportError):
        _LOG.warning("a webhook could not be posted", exc_info=True)
