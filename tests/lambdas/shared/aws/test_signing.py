"""Signatures: those that AWS publishes, and those that botocore makes."""

from __future__ import annotations

import re

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_runtime.shared.aws.signing import Credentials, Scope, sign

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SCOPE = Scope("us-east-1", "service")
TIMESTAMP = "20150830T123600Z"
HOST = {"Host": "example.amazonaws.com"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "13"}
FROM_STS = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSP"
    "fIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT"
    "7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlz"
    "m8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "token", "signature"),
    [
        *[
            (*request, headers, b"", None, signature)
            for request, headers, signature in [
                (
                    ("POST", "/"),
                    HOST,
                    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
                ),
                (
                    ("POST", "/"),
                    HOST | {"My-Header1": "value1"},
                    "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
                ),
                (
                    ("POST", "/"),
                    HOST | {"My-Header1": "VALUE1"},
                    "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
                ),
                (
                    ("GET", "/"),
                    HOST,
                    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
                ),
                (
                    ("GET", "/ሴ"),
                    HOST,
                    "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
                ),
                (
                    (
                        "GET",
                        "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                    ),
                    HOST,
                    "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
                ),
                (
                    ("GET", "/example space/"),
                    HOST,
                    "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
                ),
                (
                    ("GET", "/"),
                    HOST | {"My-Header1": " value1", "My-Header2": '"a   b   c"'},
                    "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
                ),
            ]
        ],
        (
            *("POST", "/"),
            HOST
            | FORM
            | {
                "x-amz-content-sha256": (
                    "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"
                )
            },
            b"Param1=value1",
            None,
            "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
        ),
        (
            *("POST", "/", HOST, b"", FROM_STS),
            "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
        ),
        (
            *("GET", "/", HOST, b""),
            "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267",
            "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
        ),
    ],
)
def test_the_signatures_that_aws_publishes(
    *,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    token: str | None,
    signature: str,
) -> None:
    # https://github.com/awslabs/aws-c-auth/tree/main/tests/aws-signing-test-suite/v4
    signed = sign(
        method=method,
        path=path,
        headers=headers,
        body=body,
        credentials=Credentials(KEYS.access_key, KEYS.secret_key, token),
        scope=SCOPE,
        timestamp=TIMESTAMP,
    )

    names = sorted(
        [name.lower() for name in headers]
        + ["x-amz-date"]
        + (["x-amz-security-token"] if token else [])
    )
    assert signed["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )


_header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)


@settings(derandomize=True, database=None)
@given(
    path=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?#%")).map(
        lambda text: "/" + re.sub(r"[./]+", "-", text)
    ),
    headers=st.dictionaries(
        st.from_regex(r"X-[A-Za-z]{1,5}", fullmatch=True).map(str.title), _header_values, max_size=4
    ),
    body=st.binary(max_size=50),
    token=st.none() | st.from_regex(r"[A-Za-z0-9/+=]{1,30}", fullmatch=True),
)
def test_botocore_signs_the_same(
    path: str, headers: dict[str, str], body: bytes, token: str | None
) -> None:
    ours = sign(
        method="POST",
        path=path,
        headers=headers | HOST,
        body=body,
        credentials=Credentials("AKID", "secret", token),
        scope=SCOPE,
        timestamp=TIMESTAMP,
    )

    theirs = AWSRequest("POST", f"https://example.amazonaws.com{path}", headers | HOST, body)
    theirs.context["timestamp"] = TIMESTAMP
    theirs.headers["X-Amz-Date"] = TIMESTAMP
    if token is not None:
        theirs.headers["X-Amz-Security-Token"] = token
    signer = SigV4Auth(BotocoreCredentials("AKID", "secret", token), "service", "us-east-1")
    text = signer.string_to_sign(theirs, signer.canonical_request(theirs))
    assert ours["Authorization"].endswith(f"Signature={signer.signature(text, theirs)}")
