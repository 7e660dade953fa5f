"""Questions to the logs of all functions at once, kept in CloudWatch Logs Insights."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.function import PythonFunction

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
QUERIES = {
    "one-story": """\
fields @timestamp, @log, level, message, event_type, channel, errorMessage
| filter correlation_id = "PASTE-ID" or event_id = "PASTE-ID" or task_id = "PASTE-ID"
| sort @timestamp asc
| limit 1000""",
    "errors": """\
fields @timestamp, @log, message, errorType, errorMessage, correlation_id, event_id
| filter level in ["ERROR", "CRITICAL"] or message = "not delivered"
| sort @timestamp desc
| limit 200""",
    "slow-deliveries": """\
filter message in ["handed off", "notification sent"]
| stats (max(@timestamp) - min(@timestamp)) / 1000 as seconds, count(*) as steps by event_id
| filter steps > 1
| sort seconds desc
| limit 50""",
    "dead-letter-reasons": """\
fields coalesce(error_type, errorType) as reason
| filter message in ["dead-lettered", "not delivered"]
| stats count(*) as times, count_distinct(event_id) as events by message, channel, reason
| sort events desc""",
}
"""By what they answer. The first wants an id from a client's answer or complaint."""


class SavedQueries(pulumi.ComponentResource):
    """The queries over the logs of some functions, in a folder of their stack's."""

    def __init__(
        self,
        name: str,
        functions: Sequence[PythonFunction],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("serverless:index:SavedQueries", name, {}, opts)
        folder = f"{pulumi.get_project()}-{pulumi.get_stack()}"
        for question, query in QUERIES.items():
            aws.cloudwatch.QueryDefinition(
                f"{name}-{question}",
                name=f"{folder}/{question}",
                query_string=query,
                log_group_names=[function.log_group_name for function in functions],
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
