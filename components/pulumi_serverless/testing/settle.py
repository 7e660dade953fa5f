"""Waits for what a program has declared. `local` runs this file in other environments, too: it
imports only Pulumi."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi


async def settle() -> None:
    """Wait until every output is known, or one has failed.

    Pulumi does so at the end of a program, but looks at all of them whenever one is known: of a
    large program, that is a third of the time.
    """
    settings = pulumi.runtime.settings.SETTINGS
    while True:
        known = {*settings.outputs, *settings.rpc_manager.rpcs}
        waiting = [each for each in known if not each.done()]
        if not waiting or any(map(_has_failed, known.difference(waiting))):
            return
        await asyncio.wait(waiting, return_when=asyncio.FIRST_EXCEPTION)


def _has_failed(done: asyncio.Future[Any]) -> bool:
    return done.cancelled() or done.exception() is not None
