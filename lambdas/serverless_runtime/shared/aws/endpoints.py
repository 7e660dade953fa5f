"""Where a service is reached: AWS's endpoint of the region, or one that the environment names."""

from __future__ import annotations

from collections.abc import Mapping

# By the beginning of the region's name: the partition's domain, and that of its dual-stack
# endpoints. From the partitions in the AWS SDKs' data; every other region is in the last row.
_DOMAINS = {
    "cn-": ("amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    "eusc-": ("amazonaws.eu", "api.amazonwebservices.eu"),
    "us-iso-": ("c2s.ic.gov", "api.aws.ic.gov"),
    "us-isob-": ("sc2s.sgov.gov", "api.aws.scloud"),
    "us-isof-": ("csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    "eu-isoe-": ("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    "": ("amazonaws.com", "api.aws"),
}

_VARIABLES = {"events": "EVENTBRIDGE", "secretsmanager": "SECRETS_MANAGER"}
"""What ends the name of a service's variable, where it is not the service's own name."""


class MissingRegionError(Exception):
    """The environment names no region."""


def region_from(environ: Mapping[str, str]) -> str:
    """Return the region; Lambda sets both variables. Raises MissingRegionError."""
    region = environ.get("AWS_DEFAULT_REGION") or environ.get("AWS_REGION")
    if not region:
        raise MissingRegionError("AWS_DEFAULT_REGION is not set; Lambda sets it")
    return region


def endpoint_from(environ: Mapping[str, str], service: str, host_prefix: str) -> str:
    """Return the service's URL, by the variables that all AWS SDKs read. Raises MissingRegionError.

    AWS_ENDPOINT_URL_<SERVICE> and AWS_ENDPOINT_URL name another one, unless
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true. AWS_USE_FIPS_ENDPOINT and
    AWS_USE_DUALSTACK_ENDPOINT choose among AWS's own.
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
    """
    if configured := _configured(environ, service):
        return configured
    region = region_from(environ)
    domain, dual_stack_domain = next(
        domains for start, domains in _DOMAINS.items() if region.startswith(start)
    )
    dual_stack = _is_true(environ, "AWS_USE_DUALSTACK_ENDPOINT")
    fips = _is_true(environ, "AWS_USE_FIPS_ENDPOINT")
    if dual_stack and not _is_dual_stack_anyway(host_prefix, domain, fips=fips):
        domain = dual_stack_domain
    if fips and not _is_fips_anyway(host_prefix, region, dual_stack=dual_stack):
        host_prefix += "-fips"
    return f"https://{host_prefix}.{region}.{domain}"


def _configured(environ: Mapping[str, str], service: str) -> str | None:
    if _is_true(environ, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        return None
    name = _VARIABLES.get(service, service.upper())
    url = environ.get(f"AWS_ENDPOINT_URL_{name}") or environ.get("AWS_ENDPOINT_URL")
    return url or None


def _is_fips_anyway(host_prefix: str, region: str, *, dual_stack: bool) -> bool:
    if not region.startswith("us-gov-"):
        return False
    return host_prefix == "events" or (
        host_prefix in {"dynamodb", "sns", "sqs", "ssm"} and not dual_stack
    )


def _is_dual_stack_anyway(host_prefix: str, domain: str, *, fips: bool) -> bool:
    if host_prefix != "secretsmanager":
        return False
    return domain == "amazonaws.com" or (domain == "amazonaws.com.cn" and not fips)


def _is_true(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() == "true"
