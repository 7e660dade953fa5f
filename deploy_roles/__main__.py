"""Two roles for GitHub's workflows: one that previews and reads, one that deploys.

The program is deployed by a person, once for each stack of the main program, into its account.
"""

import pulumi
import pulumi_aws as aws

from github_roles.permissions import Account
from github_roles.roles import WorkflowRoles, WorkflowRolesArgs

config = pulumi.Config()
region = aws.get_region_output().region
account = aws.get_caller_identity_output().account_id

roles = WorkflowRoles(
    "github",
    WorkflowRolesArgs(
        repository=config.require("repository"),
        stack=config.require("stack"),
        account=pulumi.Output.all(region, account).apply(lambda both: Account(*both)),
        oidc_provider_arn=config.get("oidcProviderArn"),
        state_bucket_arn=config.get("stateBucketArn"),
        state_key_arn=config.get("stateKeyArn"),
    ),
)

pulumi.export("previewRoleArn", roles.preview.arn)
pulumi.export("deployRoleArn", roles.deploy.arn)
