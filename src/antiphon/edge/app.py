"""Puts the doors of one house together into an ASGI app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from antiphon.edge import problems
from antiphon.edge.courtesies import Courtesies
from antiphon.edge.house import Failed, House
from antiphon.edge.openapi import Description
from antiphon.edge.operations import operations
from antiphon.errors import SpeechError
from antiphon.settings import Settings
from antiphon.staircase import Opener, staircase


def create_app(
    settings: Settings, opener: Opener = staircase, on_failure: Failed | None = None
) -> Starlette:
    """The app; it answers at once, and speaks as soon as its staircase is open.

    `on_failure` is called with what kept the staircase from opening, or broke it later, so that
    whoever runs the app can end it. `app.state.house` is the house.
    """
    house = House(settings, opener, on_failure)
    table = Description(operations(house)).operations
    app = Starlette(
        routes=[each.route() for each in table],
        middleware=[Middleware(Courtesies)],
        exception_handlers={HTTPException: problems.on_http, SpeechError: problems.on_situation},
        lifespan=lambda _: _open(house),
    )
    app.state.house = house
    return app


@asynccontextmanager
async def _open(house: House) -> AsyncIterator[None]:
    async with anyio.create_task_group() as beside:
        beside.start_soon(house.open)
        yield
        beside.cancel_scope.cancel()
