"""Every alarm that a program declares has a runbook page, and every page belongs to an alarm."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
import yaml

from pulumi_serverless.testing.program import Graph
from tests.program.programs import PROGRAMS, deploy
from tests.runbook import INDEX, SECTIONS, alarm_ids, commands, page, placeholders, words

ALARMS = ("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")

_graph = functools.cache(deploy)


def _named_pages(graph: Graph) -> set[str]:
    """The runbook page that each alarm of a program names at the end of its message."""
    messages = [
        str(alarm.inputs["alarmDescription"]) for each in ALARMS for alarm in graph.of_type(each)
    ]
    named = [re.search(r"What to do: docs/runbooks/([a-z-]+)\.md$", text) for text in messages]
    assert all(named), messages
    return {match[1] for match in named if match}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda folder: folder.name)
def test_every_alarm_of_a_program_names_a_page_that_exists(program: Path) -> None:
    assert _named_pages(_graph(program)) <= set(alarm_ids())


def test_every_page_belongs_to_an_alarm_of_some_program() -> None:
    assert set(alarm_ids()) <= {
        each for folder in PROGRAMS for each in _named_pages(_graph(folder))
    }


@pytest.mark.parametrize("alarm_id", alarm_ids())
def test_every_page_has_all_sections_in_order_and_commands(alarm_id: str) -> None:
    assert page(alarm_id).title == alarm_id
    assert tuple(page(alarm_id).sections) == SECTIONS
    assert page(alarm_id).commands


@pytest.mark.parametrize("alarm_id", alarm_ids())
def test_every_command_is_known_and_names_the_stack(alarm_id: str) -> None:
    for command in commands(alarm_id):
        values = dict.fromkeys(placeholders(command), "x")
        assert words(command, values)[-2:] == ["--stack", "x"]


@pytest.mark.parametrize("alarm_id", alarm_ids())
def test_every_placeholder_is_explained(alarm_id: str) -> None:
    needed = set().union(*map(placeholders, commands(alarm_id)))
    texts = (page(alarm_id).text, INDEX.read_text())

    explained = {name for text in texts for name in re.findall(r"`\$?([A-Z_]+)`", text)}
    assert needed <= explained | {"STACK"}


@pytest.mark.parametrize("alarm_id", alarm_ids())
def test_every_setting_that_a_command_changes_exists(alarm_id: str) -> None:
    changed = re.findall(r"pulumi config set (?:--path )?(\w+)", "\n".join(commands(alarm_id)))

    # A handoff's page serves every program with a handoff, also one without settings.
    assert set(changed) <= set().union(*map(_settings, _declaring(alarm_id)))


@pytest.mark.parametrize("alarm_id", alarm_ids())
def test_every_log_query_that_a_page_names_exists(alarm_id: str) -> None:
    named = re.findall(r"Logs Insights query\s+`([a-z-]+)`", page(alarm_id).text)

    for program in _declaring(alarm_id):
        assert set(named) <= _queries(_graph(program)), program.name


def test_pages_name_settings_and_log_queries() -> None:
    texts = "\n".join(page(each).text for each in alarm_ids())
    assert re.search(r"^ *pulumi config set", texts, re.MULTILINE)
    assert "Logs Insights query" in texts


def _declaring(alarm_id: str) -> list[Path]:
    """The programs that declare the alarm."""
    return [program for program in PROGRAMS if alarm_id in _named_pages(_graph(program))]


def _settings(program: Path) -> set[str]:
    """Settings of a program: what Pulumi.yaml declares for all of its stacks."""
    return set(yaml.safe_load((program / "Pulumi.yaml").read_text()).get("config", ()))


def _queries(graph: Graph) -> set[str]:
    """The Logs Insights queries of a program."""
    definitions = graph.of_type("aws:cloudwatch/queryDefinition:QueryDefinition")
    return {str(each.inputs["name"]).rsplit("/", 1)[1] for each in definitions}
