"""A form that is uploaded, on its way to whoever answers it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from antiphon.accounts.keys import checked
from antiphon.edge import multipart, problems
from antiphon.edge.door import Incoming, Left
from antiphon.edge.house import House
from antiphon.edge.listener import Listener, while_present
from antiphon.edge.multipart import Form

logger = logging.getLogger(__name__)

# The form, its owner, and the request with its path.
Answering = Callable[[Form, str, Request], Awaitable[Response]]


class Upload:
    """An endpoint for forms, as a plain ASGI app so that leaving it is cancelling it."""

    def __init__(self, house: House, answer: Answering) -> None:
        self._house, self._answer = house, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope, receive)
        outcome = "cancelled"
        try:
            response = await self._answered(incoming, Request(scope), receive)
            outcome = "complete" if response else "left"
            if response is not None:
                await response(scope, receive, send)
        except Left:
            outcome = "left"
        except Exception as error:
            situation = problems.situation(error)
            outcome = situation.code
            listener = Listener(scope, receive, send, self._house.settings.stall_timeout_s)
            await listener.fail(situation, incoming)
        finally:
            self._house.metrics.requests.labels("voices", "none", outcome).inc()
            logger.info("upload %s: %s", scope["antiphon.request_id"], outcome)

    async def _answered(
        self, incoming: Incoming, request: Request, receive: Receive
    ) -> Response | None:
        """The answer; None where the client left; raises `SpeechError` or `Left`.

        Who may not upload is told before anything is read.
        """
        headers = incoming.headers
        owner = checked(await self._house.caller(headers))
        response: Response | None = None
        async with self._house.door.uploads.body(incoming) as body, while_present(receive):
            form = await anyio.to_thread.run_sync(
                multipart.parse, body, headers.get("content-type", "")
            )
            response = await self._answer(form, owner, request)
        return response  # noqa: RET504  (a listener who leaves ends the context early)
