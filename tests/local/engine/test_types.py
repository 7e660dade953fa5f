"""Every type of the emulator's provider is created, found, updated and deleted."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from local.emulator.start import Emulator
from local.engine import schema
from local.engine.provider import Provider
from local.engine.resource_types import Created, resource_types
from tests.local.engine.samples import SAMPLES, Prerequisites, Sample

TYPES = list(resource_types())


@pytest.fixture(params=TYPES)
def token(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def provider(emulator: Emulator) -> Provider:
    return Provider(emulator.client)


@pytest.fixture
def sample(provider: Provider, token: str) -> Sample:
    made = SAMPLES[token](Prerequisites(provider))
    return Sample(_checked(provider, token, made.inputs), made.changes)


def _checked(provider: Provider, token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    checked = provider.check(token, "sample", inputs, None, uuid.uuid4().bytes)
    assert checked.failures == []
    return checked.inputs


def test_what_is_made_is_found_as_it_was_declared(
    provider: Provider, token: str, sample: Sample
) -> None:
    created = provider.create(token, sample.inputs)

    assert provider.read(token, created.id, sample.inputs) == created
    assert sample.inputs.items() <= created.outputs.items()


def test_what_is_deleted_is_gone_and_can_be_deleted_again(
    provider: Provider, token: str, sample: Sample
) -> None:
    created = provider.create(token, sample.inputs)

    provider.delete(token, created.id, sample.inputs)
    provider.delete(token, created.id, sample.inputs)

    # A secret's value stays until its secret is deleted, on AWS, too.
    if not token.endswith(":SecretVersion"):
        assert provider.read(token, created.id, sample.inputs) is None


def test_a_change_is_applied_and_found(provider: Provider, token: str, sample: Sample) -> None:
    if not sample.changes:
        pytest.skip("each change of this type replaces it")
    created = provider.create(token, sample.inputs)
    changed = {**sample.inputs, **sample.changes}
    changed = {key: value for key, value in changed.items() if value is not None}

    diff = provider.diff(token, sample.inputs, changed)
    outputs = provider.update(token, created.id, sample.inputs, changed)

    assert (diff.changed, diff.replaces) == (sorted(sample.changes), [])
    assert provider.read(token, created.id, changed) == Created(created.id, outputs)


def test_what_was_changed_by_hand_is_found_as_a_change(
    emulator: Emulator, provider: Provider, token: str, sample: Sample
) -> None:
    created = provider.create(token, sample.inputs)
    if not resource_types()[token](emulator.client).declared(sample.inputs):
        pytest.skip("nothing of this type can be changed by hand but its existence")
    if not sample.changes:
        pytest.skip("each change of this type replaces it")
    changed = {**sample.inputs, **sample.changes}
    changed = {key: value for key, value in changed.items() if value is not None}
    provider.update(token, created.id, sample.inputs, changed)

    found = provider.read(token, created.id, sample.inputs)

    assert found is not None
    as_found = {name: found.outputs.get(name) for name in sample.inputs}
    as_found |= {name: found.outputs[name] for name in sample.changes if name in found.outputs}
    assert provider.diff(token, as_found, sample.inputs).changed


def test_the_same_inputs_are_no_change(provider: Provider, token: str, sample: Sample) -> None:
    again = _checked(provider, token, dict(sample.inputs))

    assert provider.diff(token, sample.inputs, again).changed == []


def test_what_replaces_a_type_is_a_property_of_it(token: str) -> None:
    assert resource_types()[token].replaces <= schema.properties(token).keys() | {"region"}


def test_what_can_be_found_changed_is_a_property_of_the_type(
    emulator: Emulator, token: str, sample: Sample
) -> None:
    kind = resource_types()[token](emulator.client)
    inputs = {**sample.inputs, **{k: v for k, v in sample.changes.items() if v is not None}}

    found = {kind.renamed.get(name, name[0].lower() + name[1:]) for name in kind.declared(inputs)}

    assert found <= schema.properties(token).keys()


def test_another_region_needs_a_new_resource(
    provider: Provider, token: str, sample: Sample
) -> None:
    moved = {**sample.inputs, "region": "eu-west-1"}

    assert provider.diff(token, sample.inputs, moved).replaces == ["region"]
