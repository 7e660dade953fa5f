"""Frozen classes of keyword arguments, as `dataclasses` makes them, for less of a cold start.

Importing that module takes 43 million instructions, and each of its classes over four million,
because it writes and compiles methods for each. Here all classes share theirs. Whoever asks with
`dataclasses` imports it: `fields`, `replace`, `asdict` and `is_dataclass` take these classes, too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")

_NOTHING = object()


class _Field:
    """A field, and its default: a value, what makes one, or nothing."""

    def __init__(
        self,
        annotation: str = "",
        default: Any = _NOTHING,
        default_factory: Callable[[], Any] | None = None,
        *,
        in_repr: bool = True,
    ) -> None:
        self.annotation = annotation
        self.default = default
        self.default_factory = default_factory
        self.in_repr = in_repr

    @property
    def has_default(self) -> bool:
        return self.default is not _NOTHING or self.default_factory is not None


class _Layout:
    """What the methods that all classes share know of one of them."""

    def __init__(self, cls: type[Any], fields: dict[str, _Field]) -> None:
        self.fields = fields
        self.number = len(fields)
        self.defaults = {
            name: each.default for name, each in fields.items() if each.default is not _NOTHING
        }
        self.factories = [
            (name, each.default_factory) for name, each in fields.items() if each.default_factory
        ]
        self.has_post_init = hasattr(cls, "__post_init__")


def field(*, default_factory: Callable[[], Any] | None = None, in_repr: bool = True) -> Any:
    """Declare a field whose default is made for each object, or that its `repr` leaves out."""
    return _Field(default_factory=default_factory, in_repr=in_repr)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a class of its annotations: frozen, equal by value, made by keyword arguments.

    `__post_init__` and base classes work as with `dataclasses`, and a method that the class has is
    kept. Raises TypeError for annotations that are no text (a module with such classes begins with
    `from __future__ import annotations`), for a default that all objects would share and could
    change, for `InitVar` and `KW_ONLY`, and for a dataclass as a base.
    """
    of: Any = cls
    of.__layout__ = _Layout(cls, {**_inherited_fields(cls), **_own_fields(cls)})
    for name, method in _METHODS.items():
        if name not in cls.__dict__:
            setattr(cls, name, method)
    return cls


def replace(frozen_object: T, /, **changes: Any) -> T:
    """Return a copy with other values. Raises TypeError for a field that it does not have."""
    cls = type(frozen_object)
    if "__layout__" in cls.__dict__:
        return cls(**{**_values(frozen_object), **changes})
    # A subclass, which may be a dataclass with more fields.
    import dataclasses  # noqa: PLC0415 -- a tenth of a cold start

    of_dataclass: Any = frozen_object
    return dataclasses.replace(of_dataclass, **changes)  # type: ignore[no-any-return]


def unchecked(cls: type[T], /, **values: Any) -> T:
    """Return an object of values that were checked before: without its `__post_init__`."""
    made = cls.__new__(cls)
    _fill(made, (), values)
    return made


def fields_of(cls: type[Any]) -> dict[str, bool]:
    """Return the names of a class's fields, and whether each has a default.

    A dataclass has fields, too. Raises TypeError for any other class.
    """
    if "__layout__" in cls.__dict__:
        return {name: each.has_default for name, each in cls.__layout__.fields.items()}
    from dataclasses import MISSING, fields  # noqa: PLC0415 -- a tenth of a cold start

    return {
        each.name: not (each.default is MISSING and each.default_factory is MISSING)
        for each in fields(cls)
    }


def _inherited_fields(cls: type[Any]) -> dict[str, _Field]:
    found: dict[str, _Field] = {}
    for base in reversed(cls.__mro__[1:]):
        if "__layout__" in base.__dict__:
            found.update(base.__dict__["__layout__"].fields)
        elif "__dataclass_fields__" in base.__dict__:
            raise TypeError(
                f"the bases of {cls.__name__} must be frozen, too, got the dataclass "
                f"{base.__name__}; make that by `frozen`, or both by `dataclass`"
            )
    return found


def _own_fields(cls: type[Any]) -> dict[str, _Field]:
    found = {}
    for name, annotation in cls.__annotations__.items():
        if not isinstance(annotation, str):
            raise TypeError(
                f"{cls.__name__}.{name}: annotations must be text, got {annotation!r}; begin the "
                "module with `from __future__ import annotations`"
            )
        kind = annotation.partition("[")[0].rpartition(".")[2]
        if kind in ("InitVar", "KW_ONLY"):
            raise TypeError(f"{cls.__name__}.{name}: must be a field, got {annotation}")
        if kind != "ClassVar":
            found[name] = _field_of(cls, name, annotation)
    return found


def _field_of(cls: type[Any], name: str, annotation: str) -> _Field:
    given = cls.__dict__.get(name, _NOTHING)
    if isinstance(given, _Field):
        delattr(cls, name)
        given.annotation = annotation
        return given
    if type(given).__hash__ is None:
        raise TypeError(
            f"{cls.__name__}.{name}: a default must not change, got {given!r}, which all objects "
            "would share; use field(default_factory=...)"
        )
    return _Field(annotation, given)


def _values(of: Any) -> dict[str, Any]:
    return {name: of.__dict__[name] for name in of.__layout__.fields}


def _init(self: Any, *places: Any, **values: Any) -> None:
    _fill(self, places, values)
    if self.__layout__.has_post_init:
        self.__post_init__()


def _fill(of: Any, places: tuple[Any, ...], values: dict[str, Any]) -> None:
    layout, own = of.__layout__, of.__dict__
    if len(values) != layout.number:
        own.update(layout.defaults)
        for name, make in layout.factories:
            if name not in values:
                own[name] = make()
    own.update(values)
    if places or own.keys() != layout.fields.keys():
        _refuse(of, places, own)


def _refuse(of: Any, places: tuple[Any, ...], values: dict[str, Any]) -> NoReturn:
    fields, called = of.__layout__.fields, f"{type(of).__name__}.__init__()"
    if places:
        raise TypeError(f"{called} takes 1 positional argument but {len(places) + 1} were given")
    unknown = [name for name in values if name not in fields]
    if unknown:
        raise TypeError(f"{called} got an unexpected keyword argument '{unknown[0]}'")
    missing = [f"'{name}'" for name in fields if name not in values]
    arguments = "argument" if len(missing) == 1 else "arguments"
    raise TypeError(
        f"{called} missing {len(missing)} required keyword-only {arguments}: {', '.join(missing)}"
    )


def _repr(self: Any) -> str:
    fields = self.__layout__.fields
    shown = [f"{name}={self.__dict__[name]!r}" for name in fields if fields[name].in_repr]
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: Any) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    return _values(self) == _values(other)


def _hash(self: Any) -> int:
    return hash(tuple(_values(self).values()))


def _set(self: Any, name: str, value: Any) -> None:
    _require_free(self, name, "assign to")
    object.__setattr__(self, name, value)


def _delete(self: Any, name: str) -> None:
    _require_free(self, name, "delete")
    object.__delattr__(self, name)


def _require_free(of: Any, name: str, what: str) -> None:
    """A subclass that is not made by `frozen` may have attributes of its own, and only such."""
    if "__layout__" not in type(of).__dict__ and name not in of.__layout__.fields:
        return
    import dataclasses  # noqa: PLC0415 -- a tenth of a cold start

    raise dataclasses.FrozenInstanceError(
        f"cannot {what} field '{name}': {type(of).__name__} is frozen"
    )


class _WhenAsked:
    """An attribute of a class that is made for whoever asks for it."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._make = make

    def __get__(self, _instance: object, owner: type[Any]) -> Any:
        return self._make(owner)


def _signature(cls: Any) -> Any:
    if cls.__init__ is not _init:
        raise AttributeError("__signature__")
    import inspect  # noqa: PLC0415 -- by far the most of what dataclasses costs

    return inspect.signature(_as_dataclass(cls))


@cache
def _as_dataclass(cls: Any) -> Any:
    import dataclasses  # noqa: PLC0415 -- a tenth of a cold start

    declared: list[tuple[str, Any, Any]] = []
    for name, each in cls.__layout__.fields.items():
        default: dict[str, Any] = {}
        if each.default_factory:
            default["default_factory"] = each.default_factory
        elif each.default is not _NOTHING:
            default["default"] = each.default
        declared.append((name, each.annotation, dataclasses.field(repr=each.in_repr, **default)))
    return dataclasses.make_dataclass(cls.__name__, declared, frozen=True, kw_only=True)


_METHODS: dict[str, Any] = {
    "__init__": _init,
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _set,
    "__delattr__": _delete,
    "__replace__": replace,
    "__signature__": _WhenAsked(_signature),
    "__dataclass_fields__": _WhenAsked(lambda cls: _as_dataclass(cls).__dataclass_fields__),
    "__dataclass_params__": _WhenAsked(lambda cls: _as_dataclass(cls).__dataclass_params__),
}
