"""Reads Pulumi.<stack>.yaml into dataclasses, and says what is wrong in the words of the file."""

from __future__ import annotations

import dataclasses
import json
import re
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, TypeVar, get_args, get_origin

from pulumi_serverless.blocks.annotation_checks import check_of
from pulumi_serverless.blocks.arguments import annotations_of

T = TypeVar("T")

_SNAKE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_NOT_TEXT = re.compile(r" must be text, got (True|False|[0-9.-]+)$")
_FIRST_FIELD = re.compile(r"[a-z_]+(\[[^\]]*\])?\b")

Kinds = Mapping[type[Any], Mapping[str, type[Any]]]
"""For a base class, the class of each `kind`."""


@dataclass
class Reader:
    """Reads sections of one file, and collects what is wrong with them."""

    kinds: Kinds
    """The sections whose setting `kind` says which class they are."""

    hints: Mapping[str, str] = field(default_factory=dict)
    """What to do about a setting that is missing, by its path."""

    problems: list[str] = field(default_factory=list)
    """What is wrong, a line each."""

    def section(self, owner: type[T], values: object, path: str = "") -> T | None:
        """Return a section as its class; None if something is wrong with it."""
        if not isinstance(values, Mapping):
            self._problem(path, f"must be a section of settings, got {json.dumps(values)}")
            return None
        known = {to_camel(name): name for name in annotations_of(owner)}
        before = len(self.problems)
        for key in values:
            if key not in known:
                self._problem(_join(path, str(key)), _unknown(str(key), known))
        declared = dataclasses.fields(typing.cast(Any, owner))
        required = {to_camel(each.name) for each in declared if _is_required(each)}
        for key in sorted(required - set(values)):
            where = _join(path, key)
            self._problem(where, f"is missing; {self.hints.get(where, 'set it')}")
        given = {name: values[key] for key, name in known.items() if key in values}
        read = {
            name: self._value(annotations_of(owner)[name], value, _join(path, to_camel(name)))
            for name, value in given.items()
        }
        if len(self.problems) > before:
            return None
        try:
            return owner(**read)
        except ValueError as error:
            self._refused(path, str(error), owner)
            return None

    def _value(self, annotation: Any, value: object, path: str) -> Any:
        plain = _plain(annotation)
        if plain in self.kinds:
            return self._of_kind(self.kinds[plain], value, path)
        if dataclasses.is_dataclass(plain):
            return self.section(typing.cast(type[Any], plain), value, path)
        before = len(self.problems)
        if get_origin(plain) is Sequence and isinstance(value, list):
            value = [
                self._value(get_args(plain)[0], each, f"{path}[{number}]")
                for number, each in enumerate(value)
            ]
        if len(self.problems) == before:
            self._check(annotation, value, path)
        return value

    def _check(self, annotation: Any, value: object, path: str) -> None:
        try:
            check_of(annotation)(path or "it", value)
        except ValueError as error:
            self._problem("", in_words_of_the_file(str(error)))

    def _of_kind(self, kinds: Mapping[str, type[Any]], value: object, path: str) -> Any:
        if not isinstance(value, Mapping):
            self._problem(path, f"must be a section of settings, got {json.dumps(value)}")
            return None
        kind = value.get("kind")
        if not isinstance(kind, str) or kind not in kinds:
            got = f", got {kind!r}" if "kind" in value else ""
            self._problem(_join(path, "kind"), f"must be one of {', '.join(kinds)}{got}")
            return None
        return self.section(kinds[kind], value, path)

    def _refused(self, path: str, text: str, owner: type[Any]) -> None:
        """A class refused its values: its text begins with the field, or is about several."""
        first = _FIRST_FIELD.match(text)
        name = text.partition(" ")[0].partition("[")[0]
        separator = "." if first and name in annotations_of(owner) and path else ": "
        self._problem("", in_words_of_the_file(f"{path}{separator}{text}" if path else text))

    def _problem(self, path: str, text: str) -> None:
        self.problems.append(f"{path} {text}".strip())


def in_words_of_the_file(text: str) -> str:
    """Return an error of a component as a reader of the file expects it."""
    text = _SNAKE.sub(lambda name: to_camel(name[0]), text)
    if _NOT_TEXT.search(text):
        text += "; put it in quotes"
    return text.replace("True or False", "true or false")


def to_camel(name: str) -> str:
    """Return a field's name as files have it: `memory_mb` is memoryMb."""
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def decoded(text: str, annotation: Any) -> Any:
    """Return a setting as it was written: numbers, booleans, lists and sections arrive as JSON,
    and plain text as it is."""
    if _plain(annotation) is str:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _unknown(key: str, known: Mapping[str, str]) -> str:
    near = get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"is not a setting; {hint}The settings are {', '.join(sorted(known))}"


def _plain(annotation: Any) -> Any:
    """An annotation without its limits, and without None."""
    if get_origin(annotation) is typing.Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (typing.Union, types.UnionType):
        [*others] = [each for each in get_args(annotation) if each is not type(None)]
        return _plain(others[0])
    return annotation


def _is_required(each: dataclasses.Field[Any]) -> bool:
    return each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
