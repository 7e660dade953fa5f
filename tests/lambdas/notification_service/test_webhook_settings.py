from __future__ import annotations

from typing import Any

import pytest

from serverless_runtime.notification_service.settings.webhook import WebhookSettings, parse_url

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hook-a1b2c3"  # noqa: S105 -- its name
URL = "https://hooks.example/tasks"


def settings(**changes: Any) -> WebhookSettings:
    return WebhookSettings(**{"url": URL, "secret_arn": SECRET, **changes})


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://hooks.example", ("hooks.example", 443, "/")),
        ("https://hooks.example:8443/a/b?c=d@e", ("hooks.example", 8443, "/a/b?c=d@e")),
        ("https://192.0.2.1/", ("192.0.2.1", 443, "/")),
        ("https://xn--bcher-kva.example/%C3%A9", ("xn--bcher-kva.example", 443, "/%C3%A9")),
    ],
)
def test_a_url_is_a_host_a_port_and_a_path(url: str, parts: tuple[str, int, str]) -> None:
    assert parse_url(url) == parts
    assert settings(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "HTTPS://hooks.example/",
        "https:///tasks",
        "https://",
        "hooks.example",
        "https://hooks.example/#part",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nX: y",
        "https://hooks.example/\n",
        "https://hooks.example:/",
        "https://hooks.example:٤٤٣/",
        "https://hooks..example/",
        "https://hooks.example./",
        "https://-hooks.example/",
        f"https://{'a' * 64}.example/",
        "https://bücher.example/",
        "https://[::1]/",
        "https://hooks.example\\@evil.example/",
        "",
        7,
        None,
    ],
)
def test_an_invalid_url_is_rejected(url: object) -> None:
    with pytest.raises(ValueError, match=r"url must look like https://example\.com/hooks/tasks, "):
        settings(url=url)


def test_a_url_that_is_rejected_is_not_shown() -> None:
    with pytest.raises(ValueError, match="without user, password") as caught:
        settings(url="https://me:hunter2@hooks.example/")

    assert str(caught.value).endswith("got 33 characters of something else")


@pytest.mark.parametrize("port", [0, 65_536])
def test_a_port_is_in_range(port: int) -> None:
    with pytest.raises(ValueError, match=f"url must have a port from 1 to 65535, got {port}"):
        settings(url=f"https://hooks.example:{port}/")


def test_a_host_is_no_longer_than_dns_allows() -> None:
    with pytest.raises(ValueError, match="url must have a host of at most 253 characters, got 259"):
        settings(url=f"https://{'a123.' * 51}test/")


@pytest.mark.parametrize(
    "network", ["10.1.0.0/16", "127.0.0.1", "100.64.0.0/10", "fd12:3456::/32", "::1"]
)
def test_private_networks_can_be_allowed(network: str) -> None:
    assert settings(allowed_networks=[network]).allowed_networks == [network]


@pytest.mark.parametrize(
    "network",
    [
        "169.254.0.0/16",
        "169.254.169.254",
        "fe80::/10",
        "0.0.0.0/0",
        "::/0",
        "8.8.8.0/24",
        "2002::/16",
        "64:ff9b::/96",
        "::ffff:0:0/96",
        "10.0.0.0/7",
    ],
)
def test_other_networks_cannot_be_allowed(network: str) -> None:
    with pytest.raises(
        ValueError, match=r"allowed_networks must lie within 10\.0\.0\.0/8, "
    ) as caught:
        settings(allowed_networks=[network])

    assert str(caught.value).endswith(f"got {network}")


@pytest.mark.parametrize("network", ["fd00:ec2::254", "fd00::/8", "fc00::/7"])
def test_a_network_that_holds_ec2s_metadata_cannot_be_allowed(network: str) -> None:
    with pytest.raises(ValueError, match="must not overlap fd00:ec2::/32, where AWS serves"):
        settings(allowed_networks=[network])


@pytest.mark.parametrize("network", ["10.0.0.1/8", "10.0.0", "example.com", "", 10, None])
def test_what_is_no_network_is_rejected(network: object) -> None:
    with pytest.raises(ValueError, match=r"^allowed_networks must be "):
        settings(allowed_networks=[network])


def test_there_are_at_most_ten_networks() -> None:
    with pytest.raises(ValueError, match="allowed_networks must have 0 to 10 entries, got 11"):
        settings(allowed_networks=[f"10.{number}.0.0/16" for number in range(11)])


@pytest.mark.parametrize(
    ("secret_arn", "action"),
    [
        (SECRET, "secretsmanager:GetSecretValue"),
        ("arn:aws:ssm:eu-west-1:123456789012:parameter/team/hook", "ssm:GetParameter"),
    ],
)
def test_the_function_may_read_this_one_secret(secret_arn: str, action: str) -> None:
    [permission] = settings(secret_arn=secret_arn).permissions()

    assert (permission.actions, permission.resources) == ([action], [secret_arn])


def test_a_key_of_ones_own_may_be_used_for_decryption() -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/0f1e2d3c"

    _, decrypt = settings(secret_key_arn=key).permissions()

    assert (decrypt.actions, decrypt.resources) == (["kms:Decrypt"], [key])
