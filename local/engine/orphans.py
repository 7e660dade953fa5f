"""Resources that a killed engine created but did not record in its state.

The next engine does not know of them: it creates them again, or no longer declares them. In AWS the
first ones stay, and show up on the bill; here they are deleted, so that nothing exists twice. A
file records what is being created, so that this also holds if the provider was killed.
"""

from __future__ import annotations

import fcntl
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from local.engine import journal
from local.engine.assets import plain, revived
from local.engine.provider import Provider

_FILE = "created.jsonl"
_LOCK = "created.lock"


class Made(NamedTuple):
    """What it takes to delete a resource."""

    urn: str
    type: str

    id: str | None
    """None: it was about to be created, and may exist."""

    inputs: dict[str, Any]


def recorded(states: Path) -> Iterator[Mapping[str, Any]]:
    """Yield what the engines have in their states: each resource, as they write it."""
    for file in states.rglob("stacks/**/*.json"):
        latest = json.loads(file.read_text())["checkpoint"].get("latest") or {}
        yield from latest.get("resources") or []


class Orphans:
    """Remembers what was created; what a state under `states` contains is not an orphan.

    `states` holds the backends (`file://…`) of the engines that the provider serves.
    """

    def __init__(self, provider: Provider, states: Path) -> None:
        self._provider = provider
        self._states = states
        self._file = states / _FILE
        self._made: dict[str, Made] = {}
        self._lock = threading.Lock()

    @contextmanager
    def kept(self) -> Iterator[list[str]]:
        """Keep the file while the block runs; yield what was removed before, a line for each.

        Nothing is removed while another provider serves the same states: what it is creating now is
        in no state yet.
        """
        self._states.mkdir(parents=True, exist_ok=True)
        with (self._states / _LOCK).open("w") as lock:
            removed = []
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._read()
                removed = [self._swept(key) for key in self._unknown()]
                self._file.unlink(missing_ok=True)
                self._made.clear()
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield [line for line in removed if line]

    def creating(self, urn: str, type_: str, inputs: Mapping[str, Any]) -> str:
        """A resource is about to be created; orphans with its URN are deleted first."""
        for key in self._unknown(urn):
            self._remove(key)
        key = secrets.token_hex(8)
        self._set(key, Made(urn, type_, None, dict(inputs)))
        return key

    def created(self, key: str, id_: str) -> None:
        """It was created; its engine may be killed before it saves its state."""
        self._set(key, self._made[key]._replace(id=id_))

    def failed(self, key: str) -> None:
        """It was not created."""
        self._set(key, None)

    def deleted(self, urn: str, id_: str) -> None:
        """A resource is gone."""
        for key, made in list(self._made.items()):
            if (made.urn, made.id) == (urn, id_):
                self._set(key, None)

    def _unknown(self, urn: str | None = None) -> list[str]:
        """Keys of what no engine knows of, the newest first; with `urn`, only those with it."""
        found = {key: made for key, made in self._made.items() if urn in (None, made.urn)}
        known = self._known() if found else set()
        ids = {key: (made.urn, self._id_of(made)) for key, made in reversed(found.items())}
        return [key for key, each in ids.items() if each not in known]

    def _id_of(self, made: Made) -> str | None:
        return made.id or self._provider.id_of(made.type, made.inputs)

    def _swept(self, key: str) -> str:
        urn = self._made[key].urn
        try:
            removed = self._remove(key)
        except (ClientError, BotoCoreError) as error:
            return f"cannot delete {urn}, which a killed deployment had created: {error}"
        return f"deleted {urn}, which a killed deployment had created" if removed else ""

    def _remove(self, key: str) -> bool:
        """Delete it if it exists; return whether it did."""
        made, id_ = self._made[key], self._id_of(self._made[key])
        exists = id_ is not None and self._provider.read(made.type, id_, made.inputs) is not None
        if id_ is not None and exists:
            self._provider.delete(made.type, id_, made.inputs)
        self._set(key, None)
        return exists

    def _known(self) -> set[tuple[str, str | None]]:
        return {(each["urn"], each.get("id")) for each in recorded(self._states)}

    def _set(self, key: str, made: Made | None) -> None:
        with self._lock:
            if made is None:
                del self._made[key]
            else:
                self._made[key] = made
            with self._file.open("a") as file:
                file.write(journal.line(key, made and plain(made)))

    def _read(self) -> None:
        self._made |= {key: Made(*revived(made)) for key, made in journal.read(self._file).items()}
