"""The profiles of enrolled voices, and the child process that fits them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import anyio.to_thread
import espeakng_loader
import msgspec

from antiphon.children import Child, ChildGoneError
from antiphon.engines.formant import messages, profile
from antiphon.engines.formant.profile import Profile
from antiphon.engines.makings import Craft, Makings
from antiphon.errors import EngineFailed, InvalidRequest
from antiphon.speech import Recording, Recordings

MODULE = "antiphon.engines.formant.fitter"
MOST_KEPT = 1_000  # of about 3 kB each
PATIENCE_S = 20.0

log = logging.getLogger(__name__)


def profiles(
    recordings: Recordings | None, model: str, fit: Callable[[Recording], Awaitable[Profile]]
) -> Makings[Profile]:
    """Finds profiles, and fits those that are not there yet."""
    return Makings(recordings, model, Craft(fit, profile.encode, profile.decode, MOST_KEPT))


async def fitted_in_child(recording: Recording, data: Path) -> Profile:
    """Fit in a process of its own; raises `InvalidRequest` or `EngineFailed`."""
    body = await anyio.to_thread.run_sync(msgspec.msgpack.encode, recording)
    child = await Child.start(MODULE, espeakng_loader.get_library_path(), str(data))
    try:
        child.send(body)
        answer = messages.decode_fitted(await child.receive(PATIENCE_S))
    except (TimeoutError, ChildGoneError) as error:
        log.warning("a voice could not be fitted: %r", error)
        raise EngineFailed("the voice could not be matched to this recording") from error
    finally:
        with anyio.CancelScope(shield=True):
            await child.close()
    if answer.refusal:
        raise InvalidRequest(answer.refusal, "audio_sample")
    found = profile.decode(answer.profile)
    assert found is not None  # noqa: S101  (this very version made it)
    return found
