"""Every alarm that a program declares has a runbook page, and every page belongs to an alarm."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from pulumi_serverless.testing import Graph
from stack_config import StackConfig
from tests.program.programs import PROGRAMS, ROOT, deploy
from tests.runbook import INDEX, PLACEHOLDERS, SECTIONS, alarm_ids, commands, page, words

ALARMS = ("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")
TEXTS = {"README.md": INDEX.read_text(), **{each: page(each).text for each in alarm_ids()}}

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


def test_the_index_lists_every_page() -> None:
    table = INDEX.read_text().split("| alarm |")[1]
    listed = re.findall(r"^\| \[([a-z-]+)\]\(\1\.md\)", table, re.MULTILINE)
    assert sorted(listed) == alarm_ids()


@pytest.mark.parametrize("alarm_id", alarm_ids())
def test_every_page_has_all_sections_in_order_and_commands(alarm_id: str) -> None:
    assert page(alarm_id).title == alarm_id
    assert tuple(page(alarm_id).sections) == SECTIONS
    assert page(alarm_id).commands


@pytest.mark.parametrize("alarm_id", alarm_ids())
def test_every_command_is_known_and_names_the_stack(alarm_id: str) -> None:
    for command in commands(alarm_id):
        assert words(command, dict.fromkeys(PLACEHOLDERS, "x"))[-2:] == ["--stack", "x"]


def test_every_setting_that_a_command_changes_exists() -> None:
    changed = re.findall(
        r"^pulumi config set (?:--path )?(\w+)", "\n".join(TEXTS.values()), re.MULTILINE
    )

    assert changed
    assert set(changed) <= {str(field.alias) for field in StackConfig.model_fields.values()}


def test_every_log_query_that_a_page_names_exists() -> None:
    definitions = _graph(ROOT).of_type("aws:cloudwatch/queryDefinition:QueryDefinition")
    queries = {str(each.inputs["name"]).rsplit("/", 1)[1] for each in definitions}

    named = set(re.findall(r"Logs Insights query\s+`([a-z-]+)`", " ".join(TEXTS.values())))

    assert named
    assert named <= queries
