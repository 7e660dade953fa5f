"""The roles, whom they trust, and the state that both use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from github_roles.declared_resources import Declared
from github_roles.permissions import Account, changing, document, reading

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

# The action's own default; a deployment takes minutes.
_SESSION_SECONDS = 3_600


@dataclass(frozen=True, kw_only=True)
class WorkflowRolesArgs:
    """Which workflows, and what they work on."""

    repository: str
    """The repository on GitHub, as owner/name."""

    program: Declared
    """What the workflows deploy. Deployments of a stack run in the environment of its name,
    previews in preview-<stack>."""

    account: pulumi.Input[Account]
    """Where the program's resources are."""

    oidc_provider_arn: str | None = None
    """GitHub's OIDC provider, if the account has one; left out, it is created."""

    state_bucket_arn: str | None = None
    """Bucket of a self-managed backend; left out with Pulumi Cloud."""

    state_key_arn: str | None = None
    """KMS key of the stack's secrets; left out if the backend keeps them."""

    def __post_init__(self) -> None:
        owner, _, name = self.repository.partition("/")
        if not owner or not name or "/" in name or "*" in self.repository:
            raise ValueError(f"repository must be owner/name, got {self.repository!r}")


class WorkflowRoles(pulumi.ComponentResource):
    """A role that previews and a role that deploys, each for one environment on GitHub."""

    preview: aws.iam.Role
    deploy: aws.iam.Role

    def __init__(
        self, name: str, args: WorkflowRolesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("deploy-roles:index:WorkflowRoles", name, {}, opts)
        self._args, program = args, args.program
        self._child = pulumi.ResourceOptions(parent=self)
        provider = args.oidc_provider_arn or self._issuer(name)
        account = pulumi.Output.from_input(args.account)
        may_read = account.apply(lambda where: reading(where, program))
        may_change = account.apply(lambda where: changing(where, program))

        self.preview = self._role(f"{name}-preview", provider, f"preview-{program.stack}")
        self._policy(f"{name}-preview-may-read", self.preview, may_read)
        self.deploy = self._role(f"{name}-deploy", provider, program.stack)
        self._policy(f"{name}-deploy-may-read", self.deploy, may_read)
        self._policy(f"{name}-deploy-may-change", self.deploy, may_change)
        if state := self._state(["s3:GetObject"], ["kms:Decrypt"]):
            self._policy(f"{name}-preview-may-read-state", self.preview, state)
        change_state = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        if state := self._state(change_state, ["kms:Decrypt", "kms:Encrypt"]):
            self._policy(f"{name}-deploy-may-change-state", self.deploy, state)
        self.register_outputs({})

    def _issuer(self, name: str) -> pulumi.Output[str]:
        return aws.iam.OpenIdConnectProvider(
            f"{name}-oidc", url=f"https://{ISSUER}", client_id_lists=[AUDIENCE], opts=self._child
        ).arn

    def _role(self, name: str, provider: pulumi.Input[str], environment: str) -> aws.iam.Role:
        # The subject of a job in an environment names repository and environment; no branch, tag
        # or pull request without the environment gets in, and who may use it is set on GitHub.
        # https://docs.github.com/en/actions/reference/security/oidc
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    f"{ISSUER}:aud": AUDIENCE,
                    f"{ISSUER}:sub": f"repo:{self._args.repository}:environment:{environment}",
                }
            },
        }
        return aws.iam.Role(
            name,
            assume_role_policy=pulumi.Output.json_dumps(document([statement])),
            max_session_duration=_SESSION_SECONDS,
            opts=self._child,
        )

    def _policy(self, name: str, role: aws.iam.Role, document: pulumi.Input[Any]) -> None:
        aws.iam.RolePolicy(
            name, role=role.name, policy=pulumi.Output.json_dumps(document), opts=self._child
        )

    def _state(self, objects: Sequence[str], key: Sequence[str]) -> dict[str, Any] | None:
        """What a self-managed backend needs, for this stack and no other in the same bucket.

        The layout of the bucket: https://www.pulumi.com/docs/iac/concepts/state-and-backends/
        A preview takes no lock, so it need not write.
        """
        bucket, program = self._args.state_bucket_arn, self._args.program
        stack = f"{program.project}/{program.stack}"
        statements: list[dict[str, Any]] = []
        if bucket:
            own = [f"{bucket}/.pulumi/*/{stack}.json*", f"{bucket}/.pulumi/*/{stack}/*"]
            statements += [
                _allow(["s3:ListBucket", "s3:GetBucketLocation"], bucket),
                _allow(["s3:GetObject"], f"{bucket}/.pulumi/meta.yaml"),
                _allow(objects, *own),
            ]
        if self._args.state_key_arn:
            statements.append(_allow(key, self._args.state_key_arn))
        return document(statements) if statements else None


def _allow(actions: Sequence[str], *arns: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(arns)}
