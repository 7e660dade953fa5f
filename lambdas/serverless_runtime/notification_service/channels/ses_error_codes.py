"""The error codes of Amazon SES, and which of them no retry within minutes can help.

Codes: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from __future__ import annotations

IS_PERMANENT: dict[str, bool] = {
    # This message: an address or content that SES cannot read.
    "BadRequestException": True,
    # SES has suspended the account permanently; only AWS Support can lift that.
    "AccountSuspendedException": True,
    # One code for many reasons, and most can be fixed in SES: a sender (in the sandbox, a
    # recipient) that is not verified yet. SES documents no texts that distinguish them.
    "MessageRejected": False,
    "MailFromDomainNotVerifiedException": False,
    "SendingPausedException": False,
    # What is missing can be created.
    "NotFoundException": False,
    "LimitExceededException": False,
    "TooManyRequestsException": False,
}
"""Every error that SES documents for SendEmail."""
