from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest

from github_roles.declared_resources import Declared, declared, declared_in
from github_roles.permissions import PERMISSIONS, Account, changing, reading
from github_roles.roles import WorkflowRolesArgs
from pulumi_serverless.testing import AwsMocks, Graph, run_program
from pulumi_serverless.testing.mocks import ROLE_POLICY
from scripts.changed_stacks import stacks
from tests.program.programs import ROOT, run_stack

ROLE = "aws:iam/role:Role"
HERE = Account("eu-west-1", "123456789012")
PROGRAM = Declared(project="shop", stack="dev", names={})
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
        project="deploy-roles",
        stack="prod",
        config={f"deploy-roles:{key}": value for key, value in settings.items()},
        mocks=CiMocks(),
    )


def statements(graph: Graph, role: str) -> list[dict[str, Any]]:
    return [
        statement
        for policy in graph.of_type(ROLE_POLICY)
        if policy.inputs["role"] == f"{role}-1a2b3c4"
        for statement in json.loads(policy.inputs["policy"])["Statement"]
    ]


# What API Gateway requires to set up an access log; some are not callable operations.
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


def test_a_preview_can_change_nothing_and_read_no_data() -> None:
    allowed = {
        action for each in statements(roles(), "github-preview") for action in each["Action"]
    }

    verbs = {action.split(":")[1] for action in allowed}
    assert all(verb.startswith(("Get", "List", "Describe", "GET")) for verb in verbs)
    assert not allowed & {"dynamodb:GetItem", "sqs:ReceiveMessage", "logs:GetLogEvents"}


@pytest.mark.parametrize("stack", stacks())
def test_every_resource_begins_with_a_name_that_the_roles_have_found(stack: str) -> None:
    graph = run_stack(stack)
    program = declared_in(graph, "internal-handoff", stack)
    names = program.names
    assert reading(HERE, program)
    by_name = {
        each
        for permissions in PERMISSIONS.values()
        if any("{name}" in arn for arn in permissions.arns)
        for each in permissions.types
    } - {"aws:cloudwatch/dashboard:Dashboard"}

    for resource in graph.all:
        if resource.type in by_name:
            # Pulumi adds a dash and a suffix to the logical name.
            known = tuple(f"{each}-" for each in names[resource.type])
            assert f"{resource.name}-".startswith(known), resource.urn


def test_a_run_in_its_own_process_finds_the_same() -> None:
    assert declared(ROOT, "prod") == declared_in(run_stack("prod"), "internal-handoff", "prod")


def test_what_a_program_does_not_declare_is_not_allowed() -> None:
    queue = {"aws:sqs/queue:Queue": ["orders"]}
    program = Declared(project="shop", stack="dev", names=queue)

    for document in (reading(HERE, program), changing(HERE, program)):
        (statement,) = document["Statement"]
        assert {action.split(":")[0] for action in statement["Action"]} == {"sqs"}
        assert statement["Resource"] == ["arn:aws:sqs:eu-west-1:123456789012:orders-*"]


def test_a_type_that_no_permissions_are_known_for_is_named() -> None:
    program = Declared(project="shop", stack="dev", names={"aws:s3/bucket:Bucket": ["orders"]})

    with pytest.raises(ValueError, match=r"no permissions are known for aws:s3/bucket:Bucket"):
        reading(HERE, program)


def test_a_stack_that_cannot_be_run_is_named_with_the_reason() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)stack none of .*Pulumi\.none\.yaml"):
        declared(ROOT, "none")


def test_a_deployment_passes_roles_to_the_services_that_run_functions_only() -> None:
    passing = [
        each for each in statements(roles(), "github-deploy") if "iam:PassRole" in each["Action"]
    ]

    (statement,) = passing
    names = declared(ROOT, "prod").names[ROLE]
    assert names
    assert statement["Resource"] == [f"arn:aws:iam::123456789012:role/{each}-*" for each in names]
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
    prod = declared(ROOT, "prod")
    size = sum(
        len(json.dumps(document, separators=(",", ":")))
        for document in (reading(HERE, prod), changing(HERE, prod))
    )
    assert size < MAX_INLINE_CHARACTERS - 1_000


@pytest.mark.parametrize("service", sorted(set(PERMISSIONS) - {"apigateway"}))
def test_every_action_is_one_that_the_service_has(service: str) -> None:
    models = {"ses": "sesv2"}
    model = botocore.session.Session().get_service_model(models.get(service, service))
    permissions = PERMISSIONS[service]
    permissions_only = LOG_DELIVERY if service == "logs" else set()

    allowed = {
        *permissions.read,
        *permissions.write,
        *permissions.read_anywhere,
        *permissions.write_anywhere,
    }
    assert allowed - set(model.operation_names) - permissions_only == set()


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
def test_a_repository_that_would_trust_others_is_rejected(repository: str) -> None:
    with pytest.raises(ValueError, match=r"repository must be owner/name, got"):
        WorkflowRolesArgs(repository=repository, program=PROGRAM, account=HERE)
