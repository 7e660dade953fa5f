"""Which refusals of Amazon SES a retry within minutes can help.

Codes: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from __future__ import annotations

IS_PERMANENT: dict[str, bool] = {
    # This message, as it is: an address or a content that SES cannot read.
    "BadRequestException": True,
    # SES has restricted the account for good; only AWS Support lifts that.
    "AccountSuspendedException": True,
    # One code for many reasons, and most are mended at SES: a sender (in the sandbox, a recipient)
    # that is not verified yet. SES promises no texts to tell them apart by.
    "MessageRejected": False,
    "MailFromDomainNotVerifiedException": False,
    "SendingPausedException": False,
    # What is missing can be made.
    "NotFoundException": False,
    "LimitExceededException": False,
    "TooManyRequestsException": False,
}
"""Every error that SES documents for SendEmail."""
