"""What has been read is a value: it does not change, and its fields are given by name."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil

import pytest
from pydantic import BaseModel

import serverless_ops

ACCUMULATE = {"Hold", "Report", "Selection", "Silence", "Waiting"}
"""Classes that change while a command runs."""

BY_PLACE = {"Hold", "QueueLocation", "Report", "Silence"}
"""Classes whose fields may be given without their names."""


def _classes() -> list[type]:
    names = [
        each.name for each in pkgutil.walk_packages(serverless_ops.__path__, "serverless_ops.")
    ]
    modules = [importlib.import_module(name) for name in names if not name.endswith("__main__")]
    return [
        found
        for module in modules
        for _, found in inspect.getmembers(module, inspect.isclass)
        if found.__module__ == module.__name__
    ]


DATA = {each.__name__.lstrip("_"): each for each in _classes() if dataclasses.is_dataclass(each)}
MODELS = {each.__name__.lstrip("_"): each for each in _classes() if issubclass(each, BaseModel)}


@pytest.mark.parametrize("name", sorted(DATA.keys() - ACCUMULATE))
def test_what_a_command_has_read_cannot_be_changed(name: str) -> None:
    [first, *_] = dataclasses.fields(DATA[name])
    value = object.__new__(DATA[name])

    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, first.name, None)


@pytest.mark.parametrize("name", sorted(DATA.keys() - BY_PLACE))
def test_its_fields_are_given_by_name(name: str) -> None:
    assert all(each.kw_only for each in dataclasses.fields(DATA[name]))


@pytest.mark.parametrize("name", sorted(MODELS))
def test_what_a_stack_exports_cannot_be_changed_and_may_be_named_as_python_does(name: str) -> None:
    config = MODELS[name].model_config

    assert (config.get("frozen"), config.get("populate_by_name")) == (True, True)


def test_these_are_all_kinds_of_classes_there_are() -> None:
    assert DATA.keys() >= ACCUMULATE | BY_PLACE
    assert {"Operations", "DeadLetterQueue"} <= MODELS.keys()
