"""Where a service is reached."""

from __future__ import annotations

from collections.abc import Mapping

# Every other region is under amazonaws.com. From the partitions in the AWS SDKs' data.
_DOMAINS = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "eu-isoe-": "cloud.adc-e.uk",
}


class MissingRegionError(Exception):
    """The environment names no region."""


def region_from(environ: Mapping[str, str]) -> str:
    """Return the region; Lambda sets both variables. Raises MissingRegionError."""
    region = environ.get("AWS_DEFAULT_REGION") or environ.get("AWS_REGION")
    if not region:
        raise MissingRegionError("AWS_DEFAULT_REGION is not set; Lambda sets it")
    return region


def endpoint_from(environ: Mapping[str, str], service: str, prefix: str | None = None) -> str:
    """Return the service's URL: the one that the environment names, or AWS's own of the region.

    AWS_ENDPOINT_URL_<SERVICE> goes before AWS_ENDPOINT_URL, as in the SDKs. `prefix` is what AWS's
    own URL begins with, if that is not the service's name.
    """
    own = environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environ.get("AWS_ENDPOINT_URL")
    if own:
        return own
    region = region_from(environ)
    matching = [domain for prefix, domain in _DOMAINS.items() if region.startswith(prefix)]
    return f"https://{prefix or service}.{region}.{(matching or ['amazonaws.com'])[0]}"
