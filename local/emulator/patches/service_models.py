"""Every service: which protocol it speaks is read from the head of botocore's description.

MiniStack looks at it once for each service that it answers for, to name the type of the content.
For that it imported botocore and read the whole description of each service: a third of what an
emulator took to start and have a program deployed.
"""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_HEAD_CHARACTERS = 8_000
_METADATA = '"metadata":'


def apply() -> None:
    """Read no more of a description than what is asked for."""
    responses: Any = import_module("ministack.core.responses")
    read, names = responses._service_model, responses._BOTOCORE_NAME

    @functools.cache
    def model(service: str) -> Any:
        metadata = _metadata(names.get(service, service))
        return read(service) if metadata is None else _Model(metadata, lambda: read(service))

    responses._service_model = model


class _Model:
    """A service's description, of which all but the metadata is read when it is asked for."""

    def __init__(self, metadata: dict[str, Any], read: Callable[[], Any]) -> None:
        self.metadata = metadata
        self._read = read

    def __getattr__(self, name: str) -> Any:
        return getattr(self._read(), name)


def _metadata(service: str) -> dict[str, Any] | None:
    """What stands before the operations; None if it is not where it is expected."""
    botocore = find_spec("botocore")
    if botocore is None or botocore.origin is None:
        return None
    versions = Path(botocore.origin).parent.glob(f"data/{service}/*/service-2.json.gz")
    newest = max(versions, default=None)
    if newest is None:
        return None
    with gzip.open(newest, "rt", encoding="utf-8") as file:
        _, found, rest = file.read(_HEAD_CHARACTERS).partition(_METADATA)
    if not found:
        return None
    metadata: dict[str, Any] = json.JSONDecoder().raw_decode(rest.lstrip())[0]
    return metadata
