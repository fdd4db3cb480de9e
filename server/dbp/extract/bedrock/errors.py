"""What went wrong, in the words of the port: a code, one line for people, and what to do.

Bodies never get into a message, except the service's own `message` of an error, made harmless and
short. Nothing here imports botocore: its errors are known by their names, as its modules are many.
"""

from __future__ import annotations

import unicodedata

from dbp.extract.bedrock.flight import BrokenOffError, TooLargeError
from dbp.ports.model import ModelError

_LONGEST = 300
_CHECK_CREDENTIALS = "check your AWS credentials; `dbp status` says where they come from"


class BedrockError(ModelError):
    """A failed request; `again` tells whether the same request may work in a moment."""

    def __init__(self, message: str, *, code: str, hint: str = "", again: bool = False) -> None:
        super().__init__(one_line(message), code=code, hint=hint)
        self.again = again


def one_line(text: str) -> str:
    """Make a text fit to be shown: one line, no control characters, no link, at most 300."""
    head = text[: 4 * _LONGEST]
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in head)
    # Editors make links, to commands too, of what stands in a message as Markdown writes them.
    line = " ".join(visible.replace("](", "] (").split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def cancelled() -> BedrockError:
    """Say that nobody waits for the call any more."""
    return BedrockError("the call was broken off", code="cancelled")


def bad_answer(message: str) -> BedrockError:
    """Say that what came is no answer; asking once more may bring one."""
    return BedrockError(message, code="invalid_response", again=True)


_NO_CREDENTIALS = {
    "ClientError": "",
    "ConfigNotFound": "",
    "ConfigParseError": "the AWS configuration file cannot be read",
    "CredentialRetrievalError": "",
    "InvalidConfigError": "",
    "InvalidIMDSEndpointError": "",
    "LoginError": "the AWS login has expired",
    "MetadataRetrievalError": "",
    "MissingDependencyException": "",
    "NoAuthTokenError": "",
    "NoCredentialsError": "there are no AWS credentials",
    "PartialCredentialsError": "the AWS credentials are not complete",
    "ProfileNotFound": "the AWS profile does not exist",
    "RefreshWithMFAUnsupportedError": "",
    "SSOError": "",
    "SSOTokenLoadError": "there is no AWS login",
    "TokenRetrievalError": "",
    "UnauthorizedSSOTokenError": "the AWS login has expired",
    "UnknownCredentialError": "",
}
"""Errors of looking for credentials, and what to say where the name alone says too little."""

_TIMEOUT = ("timeout", "no answer in time", "")
_REGION = ("denied", "no region, or none that has Bedrock", "set llm.region")
_FIXED = {
    "TimeoutError": _TIMEOUT,
    "ConnectTimeoutError": _TIMEOUT,
    "ReadTimeoutError": _TIMEOUT,
    "BaseEndpointResolverError": _REGION,
    "EndpointProviderError": _REGION,
    "InvalidRegionError": _REGION,
    "UnknownRegionError": _REGION,
    "SSLError": (
        "offline",
        "no secure connection to the service",
        "if a proxy replaces certificates, name its bundle in AWS_CA_BUNDLE",
    ),
    "ProxyConnectionError": (
        "offline",
        "the proxy did not connect to the service",
        "check HTTPS_PROXY",
    ),
    "InvalidProxiesConfigError": (
        "offline",
        "the proxy's settings are not usable",
        "check HTTPS_PROXY",
    ),
    "EndpointConnectionError": ("offline", "the service cannot be reached", "check the network"),
    "ParamValidationError": ("bad_request", "the request has no valid form", ""),
    "InvalidEndpointConfigurationError": (
        "no_credentials",
        "a Bedrock API key is sent to an https endpoint only",
        "unset AWS_BEARER_TOKEN_BEDROCK, or use an https endpoint",
    ),
}


def of_exception(error: BaseException, *, sent: bool) -> ModelError:
    """Explain whatever came out of botocore, urllib3 or the sockets.

    `sent` tells whether the request itself had left: what fails before is looking for credentials.
    """
    if isinstance(error, ModelError):
        return error
    if isinstance(error, BrokenOffError):
        return cancelled()
    if isinstance(error, TooLargeError):
        return bad_answer("the response is larger than any answer can be")
    kinds = {kind.__name__ for kind in type(error).__mro__}
    for kind, (code, message, hint) in _FIXED.items():
        if kind in kinds:
            return BedrockError(message, code=code, hint=hint, again=code == "timeout")
    if kinds & _NO_CREDENTIALS.keys() or not (sent or kinds & _ON_THE_WIRE):
        return _credentials(error, kinds)
    return BedrockError("the connection broke", code="offline", again=True)


_ON_THE_WIRE = frozenset({"HTTPClientError", "HTTPError"})
"""The roots of botocore's and urllib3's errors of a connection."""


def _credentials(error: BaseException, kinds: set[str]) -> BedrockError:
    """Explain why there are no credentials; an error of STS or of a login service says it itself.

    Messages of other errors are not shown: they can hold what a credential process printed.
    """
    response = getattr(error, "response", None)
    if "ClientError" in kinds and isinstance(response, dict):
        said = response.get("Error", {})
        code = str(said.get("Code", "no code"))
        message = f"no credentials from AWS: {said.get('Message', '')} ({code})"
        hint = credential_hint(code, message)
        return BedrockError(message, code="no_credentials", hint=hint, again="Throttl" in code)
    for kind, message in _NO_CREDENTIALS.items():
        if kind in kinds and message:
            return BedrockError(message, code="no_credentials", hint=_CHECK_CREDENTIALS)
    name = type(error).__name__
    message = f"the AWS credentials cannot be read ({name})"
    return BedrockError(message, code="no_credentials", hint=_CHECK_CREDENTIALS)


def credential_hint(code: str, message: str) -> str:
    """Say what to do about credentials that were refused."""
    if "Skew" in code or "not yet current" in message or "Signature expired" in message:
        return "the clock of this machine seems to be wrong"
    if "Expired" in code or "expired" in message:
        return "log in again: the credentials have expired"
    return _CHECK_CREDENTIALS
