"""The table, as the environment names it."""

from __future__ import annotations

import functools

from loans.shelf import Shelf
from serverless_runtime.shared.environment import read_settings
from serverless_runtime.web.settings import TableSettings


@functools.cache
def the_shelf() -> Shelf:
    return Shelf(read_settings(TableSettings).table_name)
