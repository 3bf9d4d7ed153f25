"""The models by the names that callers use."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon.audio.encoding import FORMATS
from antiphon.edge.house import House
from antiphon.errors import UnknownModel
from antiphon.speech import Card

DEFAULT = "antiphon"


class Model(msgspec.Struct, frozen=True, omit_defaults=True):
    """One name that `model` may have, and the formats that it is sent in.

    `notice`, where there is one, is a sentence that listeners should know.
    """

    id: str
    created: int
    owned_by: str
    object: str
    formats: tuple[str, ...]
    notice: str = ""


class ModelList(msgspec.Struct, frozen=True):
    """Every name that `model` may have."""

    data: tuple[Model, ...]
    object: str = "list"


def names(card: Card, aliases: Mapping[str, str]) -> tuple[str, ...]:
    """Every name that leads to the engine, the default first."""
    own = (DEFAULT, card.engine)
    led = (alias for alias, target in aliases.items() if target in own)
    return tuple(dict.fromkeys((*own, *sorted(led))))


def check_model(name: str | None, card: Card, aliases: Mapping[str, str]) -> None:
    """Raise `UnknownModel` for a name that leads nowhere; no name means the default."""
    known = names(card, aliases)
    if name is not None and name not in known:
        raise UnknownModel(name, known)


class Models:
    """`GET /v1/models` and one of them."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def list(self, request: Request) -> Response:
        """All of them."""
        models = ModelList(tuple(map(self._model, self._names())))
        return Response(msgspec.json.encode(models), media_type="application/json")

    async def show(self, request: Request) -> Response:
        """One; raises `UnknownModel`."""
        name = request.path_params["model"]
        check_model(name, self._house.staircase.card, self._house.settings.model_aliases)
        return Response(msgspec.json.encode(self._model(name)), media_type="application/json")

    def _names(self) -> tuple[str, ...]:
        return names(self._house.staircase.card, self._house.settings.model_aliases)

    def _model(self, name: str) -> Model:
        notice = self._house.staircase.card.notice
        return Model(name, self._house.opened_at, "antiphon", "model", tuple(FORMATS), notice)
