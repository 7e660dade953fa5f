"""MiniStack behind local/emulator/web_page_guard.py."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference
from local.emulator.web_page_guard import Guard

DIFFERENCES = (
    Difference(
        aws="a web page may read what a service or an API lists its origin for",
        emulator="responds to any Host and lets every page read everything "
        "(`Access-Control-Allow-Origin: *`)",
        workaround="local/emulator/web_page_guard.py refuses other hosts and all pages, except "
        "those that an API lists",
    ),
)

PROXY_PORT = "EMULATOR_PROXY_PORT"
"""Environment variable of the emulator: the port of a proxy before it, if there is one."""

_API_PATH = ["", "_aws", "execute-api"]


def apply() -> None:
    """Put the guard in front of the application; an API's own CORS configuration still holds."""
    ministack: Any = import_module("ministack.app")
    proxy = os.environ.get(PROXY_PORT)
    ministack.app = Guard(
        ministack.app,
        int(os.environ["GATEWAY_PORT"]),
        _listed_origins,
        proxy_port=int(proxy) if proxy else None,
    )


def _listed_origins(path: str) -> Iterable[str]:
    *prefix, api_id = path.split("/")[:4]
    if prefix != _API_PATH:
        return ()
    apis: Any = import_module("ministack.services.apigateway")._apis
    return [
        origin
        for (_account, _region, found), api in apis.all_items()
        if found == api_id
        for origin in (api.get("corsConfiguration") or {}).get("allowOrigins", ())
    ]
