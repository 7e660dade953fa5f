"""Pulumi.yaml and a stack's file are read as the engine hands them to a program."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from local.program.project import ProjectError, read_project

PROJECT = {
    "name": "shop",
    "runtime": {"name": "python", "options": {"virtualenv": "venv"}},
    "config": {
        "memoryMb": {"type": "integer", "default": 512},
        "open": {"type": "boolean", "default": False},
        "names": {"type": "array", "items": {"type": "string"}, "default": []},
        "api": {"type": "object", "default": {}},
        "greeting": {"type": "string", "default": "hello"},
    },
}


def a_project(folder: Path, stack: object = None, **changed: object) -> Path:
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({**PROJECT, **changed}))
    if stack is not None:
        (folder / "Pulumi.local.yaml").write_text(yaml.safe_dump({"config": stack}))
    return folder


def test_a_stack_has_the_projects_defaults_and_its_own_values_as_text(tmp_path: Path) -> None:
    stack = {"shop:memoryMb": 1024, "aws:region": "eu-west-1", "api": {"auth": "none"}}

    project = read_project(a_project(tmp_path, stack))

    assert project.config("local") == {
        "shop:memoryMb": "1024",
        "shop:open": "false",
        "shop:names": "[]",
        "shop:greeting": "hello",
        "shop:api": '{"auth": "none"}',
        "aws:region": "eu-west-1",
    }


def test_a_stack_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    assert read_project(a_project(tmp_path)).config("local")["shop:memoryMb"] == "512"


def test_the_virtual_environment_is_in_the_projects_folder(tmp_path: Path) -> None:
    assert read_project(a_project(tmp_path)).virtualenv == tmp_path.resolve() / "venv"
    assert read_project(a_project(tmp_path, runtime="python")).virtualenv is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("memoryMb", "many"),
        ("memoryMb", 10.5),
        ("memoryMb", True),
        ("open", "yes"),
        ("open", 1),
        ("names", "ann"),
        ("names", {"ann": 1}),
        ("api", []),
        ("greeting", 7),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_file(
    tmp_path: Path, key: str, value: object
) -> None:
    project = read_project(a_project(tmp_path, {key: value}))

    with pytest.raises(ProjectError, match=rf"Pulumi\.local\.yaml: shop:{key} must be of type"):
        project.config("local")


@pytest.mark.parametrize(("key", "text"), [("memoryMb", "256"), ("open", "true")])
def test_a_number_and_a_boolean_may_be_text_as_the_cli_writes_them(
    tmp_path: Path, key: str, text: str
) -> None:
    project = read_project(a_project(tmp_path, {key: text}))

    assert project.config("local")[f"shop:{key}"] == text


def test_an_encrypted_value_is_refused(tmp_path: Path) -> None:
    project = read_project(a_project(tmp_path, {"greeting": {"secure": "v1:abc"}}))

    with pytest.raises(ProjectError, match="shop:greeting is encrypted"):
        project.config("local")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"runtime": "python"}, "name must be text, got None"),
        ({"name": "shop", "runtime": "nodejs"}, "runtime must be python, got 'nodejs'"),
        ({"name": "shop"}, "runtime must be python, got None"),
        (["shop"], "must be a mapping, got list"),
    ],
)
def test_what_is_no_python_project_is_refused(
    tmp_path: Path, document: object, message: str
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump(document))

    with pytest.raises(ProjectError, match=message):
        read_project(tmp_path)


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"it has no Pulumi\.yaml"):
        read_project(tmp_path)


def test_a_setting_that_has_no_default_must_be_set(tmp_path: Path) -> None:
    config = {"greeting": {"type": "string"}}

    unset = read_project(a_project(tmp_path, config=config))
    with pytest.raises(ProjectError, match="shop:greeting must be set, it has no default"):
        unset.config("local")

    assert read_project(a_project(tmp_path, {"greeting": "hi"}, config=config)).config("local") == {
        "shop:greeting": "hi"
    }


ROUTES = {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}
CHANNELS = {"type": "array", "items": {"type": "object"}}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (CHANNELS, [{}, "email"], r"shop:key\[1\] must be of type object, got 'email'"),
        (ROUTES, [["a"], ["b", 3]], r"shop:key\[1\]\[1\] must be of type string, got 3"),
        (ROUTES, [["a"], "b"], r"shop:key\[1\] must be of type array<string>, got 'b'"),
        (CHANNELS, "email", r"shop:key must be of type array<object>, got 'email'"),
        ({"type": "integer"}, 1.5, r"shop:key must be of type integer, got 1\.5"),
        ({"type": "integer"}, "1.0", r"shop:key must be of type integer, got '1\.0'"),
    ],
)
def test_a_bad_value_is_refused_with_the_path_of_the_element(
    tmp_path: Path, schema: object, value: object, expected: str
) -> None:
    project = read_project(a_project(tmp_path, {"key": value}, config={"key": schema}))

    with pytest.raises(ProjectError, match=expected):
        project.config("local")


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "array"}, "shop:key must have `items.type`"),
        ({"type": "array", "items": {"type": "array"}}, r"must have `items\.items\.type`"),
        ({"type": "array", "items": {"type": "text"}}, r"unknown items\.type 'text'"),
        ({"type": "number"}, "unknown type 'number'; it must be one of string, integer"),
        ({"type": "integer", "default": "two"}, "the default of shop:key must be of type integer"),
        ({**CHANNELS, "default": [{}, 1]}, r"the default of shop:key\[1\] must be of type object"),
        ({"default": 1, "value": 2}, "must have `default` or `value`, not both"),
    ],
)
def test_what_the_project_declares_wrongly_is_refused(
    tmp_path: Path, schema: object, expected: str
) -> None:
    with pytest.raises(ProjectError, match=rf"Pulumi\.yaml: .*{expected}"):
        read_project(a_project(tmp_path, config={"key": schema}))


def test_an_encrypted_value_is_refused_wherever_it_is(tmp_path: Path) -> None:
    stack = {"key": [{"url": {"secure": "v1:x"}}]}
    project = read_project(a_project(tmp_path, stack, config={"key": CHANNELS}))

    with pytest.raises(ProjectError, match=r"shop:key\[0\]\.url is encrypted"):
        project.config("local")
