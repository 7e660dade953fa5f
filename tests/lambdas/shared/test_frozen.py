"""A class by `frozen` behaves as a dataclass with `frozen=True, kw_only=True` does."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from serverless_runtime.shared.frozen import field, fields_of, frozen, replace, unchecked


@frozen
class Parcel:
    KINDS: ClassVar = ("box",)

    number: str
    grams: int = 20
    labels: Mapping[str, str] = field(default_factory=dict)
    code: str = field(in_repr=False)


@frozen
class Checked(Parcel):
    paid: bool = False

    def __post_init__(self) -> None:
        if not self.paid:
            raise ValueError("paid must be true")


@dataclass(frozen=True, kw_only=True)
class OfDataclasses:
    KINDS: ClassVar = ("box",)

    number: str
    grams: int = 20
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    code: str = dataclasses.field(repr=False)


GIVEN: list[dict[str, Any]] = [
    {"number": "1", "code": "x"},
    {"number": "1", "code": "y"},
    {"code": "x", "labels": {"to": "Ada"}, "grams": 5, "number": "1"},
]
WRONG: list[dict[str, Any]] = [
    {},
    {"number": "1"},
    {"number": "1", "code": "x", "colour": "red"},
    {"number": "1", "code": "x", "colour": "red", "size": 2},
    {"number": "1", "code": "x", "grams": 2, "colour": "red", "labels": {}},
]


@pytest.mark.parametrize("values", GIVEN)
def test_it_has_the_values_and_the_repr_of_a_dataclass(values: dict[str, Any]) -> None:
    parcel, expected = Parcel(**values), OfDataclasses(**values)

    assert vars(parcel) == vars(expected)
    assert repr(parcel) == repr(expected).replace("OfDataclasses", "Parcel")
    assert dataclasses.asdict(parcel) == dataclasses.asdict(expected)


@pytest.mark.parametrize("values", WRONG)
def test_it_refuses_what_a_dataclass_refuses(values: dict[str, Any]) -> None:
    named = "'colour'" if "colour" in values else "'code'"

    for each in (Parcel, OfDataclasses):
        with pytest.raises(TypeError, match=named):
            each(**values)


def test_it_takes_no_argument_by_place() -> None:
    make: Any = Parcel

    with pytest.raises(TypeError, match=r"Parcel.__init__\(\) takes 1 positional argument but 2"):
        make("1")


def test_it_is_equal_by_class_and_value() -> None:
    first, same, other = (Parcel(number="1", code=code) for code in ("x", "x", "y"))

    assert first == same
    assert first != other
    alike: object = OfDataclasses(number="1", code="x")
    assert first != alike


def test_it_can_be_a_key_if_its_values_can() -> None:
    first, same = (Parcel(number="1", code="x", labels=()) for _ in range(2))  # type: ignore[arg-type]

    assert len({first, same}) == 1
    with pytest.raises(TypeError, match="unhashable"):
        hash(Parcel(number="1", code="x"))


def test_it_stays_as_it_is() -> None:
    parcel: Any = Parcel(number="1", code="x")

    for name in ("grams", "colour"):
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot assign to .*{name}"):
            setattr(parcel, name, 3)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'grams'"):
        del parcel.grams
    assert parcel.grams == 20


def test_a_plain_subclass_may_have_attributes_of_its_own() -> None:
    class Tracked(Parcel):
        def __init__(self, **values: Any) -> None:
            super().__init__(**values)
            self.seen = 1

    tracked: Any = Tracked(number="1", code="x")

    assert tracked.seen == 1
    assert list(inspect.signature(Tracked).parameters) == ["values"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        tracked.grams = 3


def test_no_two_share_a_default() -> None:
    first, second = Parcel(number="1", code="x"), Parcel(number="2", code="x")

    assert first.labels is not second.labels


def test_a_class_has_its_bases_fields_and_checks_what_it_is_given() -> None:
    assert fields_of(Checked) == {
        "number": False,
        "grams": True,
        "labels": True,
        "code": False,
        "paid": True,
    }
    with pytest.raises(ValueError, match="paid must be true"):
        Checked(number="1", code="x")


def test_what_was_checked_before_is_not_checked_again_and_still_complete() -> None:
    assert unchecked(Checked, number="1", code="x").grams == 20
    with pytest.raises(TypeError, match="'code'"):
        unchecked(Checked, number="1")


def test_all_bases_give_their_fields_and_none_may_be_a_dataclass() -> None:
    @frozen
    class Sized:
        size: int = 1

    @frozen
    class Both(Sized, Parcel):
        place: str

    assert list(fields_of(Both)) == ["number", "grams", "labels", "code", "size", "place"]
    with pytest.raises(TypeError, match="must be frozen, too, got the dataclass OfDataclasses"):
        frozen(type("Mixed", (OfDataclasses,), {}))


@pytest.mark.parametrize(
    ("annotation", "default", "expected"),
    [
        (int, 1, "annotations must be text, got <class 'int'>; begin the module with"),
        ("dataclasses.InitVar[int]", 1, "must be a field, got dataclasses.InitVar"),
        ("KW_ONLY", None, "must be a field, got KW_ONLY"),
        ("dict[str, str]", {}, "a default must not change, got {}, which all objects would share"),
    ],
)
def test_what_it_does_not_know_is_refused_where_it_is_declared(
    annotation: Any, default: Any, expected: str
) -> None:
    declared = {"__annotations__": {"grams": annotation}, "grams": default}

    with pytest.raises(TypeError, match=re.escape(f"Parcel.grams: {expected}")):
        frozen(type("Parcel", (), declared))


def test_a_class_variable_is_no_field() -> None:
    of_two = {"__annotations__": {"kinds": "typing.ClassVar[int]", "variants": "ClassVariants"}}

    assert fields_of(frozen(type("Parcel", (), of_two))) == {"variants": False}


def test_it_shows_its_signature() -> None:
    assert inspect.signature(Parcel) == inspect.signature(OfDataclasses)


@pytest.mark.parametrize(
    "change", [replace, dataclasses.replace, getattr(copy, "replace", replace)]
)
def test_a_copy_with_other_values_is_checked_too(change: Any) -> None:
    old = Checked(number="1", code="x", paid=True)

    assert change(old, grams=3) == Checked(number="1", code="x", paid=True, grams=3)
    with pytest.raises(ValueError, match="paid must be true"):
        change(old, paid=False)
    with pytest.raises(TypeError, match="colour"):
        change(old, colour="red")


def test_dataclasses_takes_it_for_one_of_its_own() -> None:
    of_both = [
        [(each.name, each.type, each.default, each.repr) for each in dataclasses.fields(cls)]
        for cls in (Parcel, OfDataclasses)
    ]

    assert dataclasses.is_dataclass(Parcel)
    assert of_both[0] == of_both[1]


def test_a_dataclass_may_have_one_as_its_base() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Larger(Parcel):
        size: int

    assert fields_of(Larger) == {**fields_of(Parcel), "size": False}
    assert replace(Larger(number="1", code="x", size=3), size=4).size == 4


def test_it_can_be_copied_and_pickled() -> None:
    parcel = Parcel(number="1", code="x")

    assert copy.deepcopy(parcel) == pickle.loads(pickle.dumps(parcel)) == parcel  # noqa: S301


def test_a_dataclass_has_fields_as_well_and_another_class_has_none() -> None:
    assert fields_of(OfDataclasses) == fields_of(Parcel)
    with pytest.raises(TypeError):
        fields_of(int)
