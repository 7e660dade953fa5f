"""Two roles for GitHub's workflows: one that previews and reads, one that deploys.

A person deploys it, once for each stack of the main program, into that stack's account, and again
when the main program declares a type of resource or a component that it did not before.
"""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from github_roles.declared_resources import declared
from github_roles.permissions import Account
from github_roles.roles import WorkflowRoles, WorkflowRolesArgs

config = pulumi.Config()
region = aws.get_region_output().region
account = aws.get_caller_identity_output().account_id

roles = WorkflowRoles(
    "github",
    WorkflowRolesArgs(
        repository=config.require("repository"),
        program=declared(Path(__file__).resolve().parents[1], config.require("stack")),
        account=pulumi.Output.all(region, account).apply(lambda both: Account(*both)),
        oidc_provider_arn=config.get("oidcProviderArn"),
        state_bucket_arn=config.get("stateBucketArn"),
        state_key_arn=config.get("stateKeyArn"),
    ),
)

pulumi.export("previewRoleArn", roles.preview.arn)
pulumi.export("deployRoleArn", roles.deploy.arn)
