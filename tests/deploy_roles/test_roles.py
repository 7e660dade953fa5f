from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest

from github_roles.permissions import PREFIXES, RIGHTS, Account, changing, reading
from github_roles.roles import WorkflowRolesArgs
from pulumi_serverless.testing.mocks import ROLE_POLICY, AwsMocks
from pulumi_serverless.testing.program import Graph, run_program
from tests.program.programs import ROOT, STACKS, run_stack

ROLE = "aws:iam/role:Role"
HERE = Account("eu-west-1", "123456789012")
BUCKET = "arn:aws:s3:::state"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"

# IAM adds up a role's inline policies, without their white space.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MAX_INLINE_CHARACTERS = 10_240


class CiMocks(AwsMocks):
    def call(self, args: Any) -> dict[Any, Any]:  # type: ignore[override]
        if args.token == "aws:index/getRegion:getRegion":  # noqa: S105 -- a provider's function
            return {"region": "eu-west-1"}
        return super().call(args)


def roles(**config: str) -> Graph:
    settings = {"repository": "owner/name", "stack": "prod", **config}
    return run_program(
        ROOT / "deploy_roles",
        project="internal-handoff-ci",
        stack="prod",
        config={f"internal-handoff-ci:{key}": value for key, value in settings.items()},
        mocks=CiMocks(),
    )


def statements(graph: Graph, role: str) -> list[dict[str, Any]]:
    return [
        statement
        for policy in graph.of_type(ROLE_POLICY)
        if policy.inputs["role"] == f"{role}-1a2b3c4"
        for statement in json.loads(policy.inputs["policy"])["Statement"]
    ]


# What API Gateway asks of whoever sets up an access log; some are no operations one could call.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
LOG_DELIVERY = {
    *("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery"),
    *("ListLogDeliveries", "PutResourcePolicy", "DescribeResourcePolicies"),
}


def test_each_role_trusts_one_environment_of_the_repository_and_nothing_else() -> None:
    graph = roles()

    for role, environment in (("github-preview", "preview-prod"), ("github-deploy", "prod")):
        trust = json.loads(graph.named(role, ROLE).inputs["assumeRolePolicy"])["Statement"]
        assert [each["Action"] for each in trust] == ["sts:AssumeRoleWithWebIdentity"]
        assert trust[0]["Principal"] == {"Federated": "arn:github-oidc"}
        assert trust[0]["Condition"] == {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": (
                    f"repo:owner/name:environment:{environment}"
                ),
            }
        }


def test_whoever_previews_can_change_nothing_and_read_no_data() -> None:
    allowed = {
        action for each in statements(roles(), "github-preview") for action in each["Action"]
    }

    verbs = {action.split(":")[1] for action in allowed}
    assert all(verb.startswith(("Get", "List", "Describe", "GET")) for verb in verbs)
    assert not allowed & {"dynamodb:GetItem", "sqs:ReceiveMessage", "logs:GetLogEvents"}


def test_every_type_of_resource_in_the_program_is_covered() -> None:
    covered = {each for rights in RIGHTS.values() for each in rights.types}
    for stack in STACKS:
        assert {r.type for r in run_stack(stack).all if r.custom} <= covered


@pytest.mark.parametrize("stack", STACKS)
def test_every_name_of_the_program_begins_with_a_prefix_that_the_roles_know(stack: str) -> None:
    named_otherwise = {
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:cloudwatch/queryDefinition:QueryDefinition",
        "aws:sesv2/emailIdentity:EmailIdentity",
        *RIGHTS["kms"].types,
        *RIGHTS["apigateway"].types,
    }
    for resource in run_stack(stack).all:
        if resource.custom and resource.type not in named_otherwise:
            # Pulumi adds a dash and a suffix to the logical name.
            assert f"{resource.name}-".startswith(tuple(f"{each}-" for each in PREFIXES))


def test_a_deployment_passes_roles_to_the_services_that_run_functions_only() -> None:
    passing = [
        each for each in statements(roles(), "github-deploy") if "iam:PassRole" in each["Action"]
    ]

    (statement,) = passing
    assert statement["Resource"] == [
        f"arn:aws:iam::123456789012:role/{each}-*" for each in PREFIXES
    ]
    assert statement["Condition"] == {
        "StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com", "scheduler.amazonaws.com"]}
    }


def test_only_what_has_no_name_in_aws_is_allowed_everywhere() -> None:
    anywhere = {
        action
        for role in ("github-preview", "github-deploy")
        for each in statements(roles(), role)
        if each["Resource"] == ["*"]
        for action in each["Action"]
    }
    assert anywhere == {
        *("sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"),
        *("logs:DescribeLogGroups", "logs:DescribeQueryDefinitions"),
        *("logs:PutQueryDefinition", "logs:DeleteQueryDefinition"),
        *(f"logs:{action}" for action in LOG_DELIVERY),
        *("kms:ListAliases", "kms:CreateKey"),
    }


def test_the_roles_fit_into_iam() -> None:
    size = sum(
        len(json.dumps(document, separators=(",", ":")))
        for document in (reading(HERE, "production"), changing(HERE, "production"))
    )
    assert size < MAX_INLINE_CHARACTERS - 1_000


@pytest.mark.parametrize("service", sorted(set(RIGHTS) - {"apigateway"}))
def test_every_action_is_one_that_the_service_has(service: str) -> None:
    models = {"ses": "sesv2"}
    model = botocore.session.Session().get_service_model(models.get(service, service))
    rights = RIGHTS[service]
    permissions_only = LOG_DELIVERY if service == "logs" else set()

    asked = {*rights.read, *rights.write, *rights.read_anywhere, *rights.write_anywhere}
    assert asked - set(model.operation_names) - permissions_only == set()


def test_a_self_managed_backend_is_within_reach_only_if_there_is_one() -> None:
    without, with_one = roles(), roles(stateBucketArn=BUCKET, stateKeyArn=KEY)

    def reach(graph: Graph, role: str) -> dict[str, set[str]]:
        return {
            each["Resource"][0]: set(each["Action"])
            for each in statements(graph, role)
            if each["Resource"][0].startswith((BUCKET, KEY))
        }

    assert reach(without, "github-preview") == reach(without, "github-deploy") == {}
    preview, deploy = reach(with_one, "github-preview"), reach(with_one, "github-deploy")
    own_state = f"{BUCKET}/.pulumi/*/internal-handoff/prod.json*"
    assert preview[own_state] == {"s3:GetObject"}
    assert preview[KEY] == {"kms:Decrypt"}
    assert deploy[own_state] == {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}
    assert deploy[KEY] == {"kms:Decrypt", "kms:Encrypt"}


def test_a_provider_that_the_account_has_is_used_and_none_is_made() -> None:
    arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    graph = roles(oidcProviderArn=arn)

    assert graph.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == []
    trust = json.loads(graph.named("github-deploy", ROLE).inputs["assumeRolePolicy"])
    assert trust["Statement"][0]["Principal"] == {"Federated": arn}


@pytest.mark.parametrize("repository", ["", "name", "owner/*", "a/b/c"])
def test_a_repository_that_would_trust_others_is_refused(repository: str) -> None:
    with pytest.raises(ValueError, match=r"repository must be owner/name, got"):
        WorkflowRolesArgs(repository=repository, stack="dev", account=HERE)
