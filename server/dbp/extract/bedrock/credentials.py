"""The user's AWS credentials: found when they are first needed, and looked for anew when refused.

They come from the same places as for any AWS tool: environment, profile, role, login, container, a
credential process. Three things are otherwise, for this is a server without a person before it:
the instance metadata service is asked only when the user says so, nothing ever prompts, and a
credential process has no standard input, which here is the editor's.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable
from typing import Any

from botocore.credentials import (  # type: ignore[import-untyped]
    ProcessProvider,
    ReadOnlyCredentials,
    create_credential_resolver,
)
from botocore.exceptions import (  # type: ignore[import-untyped]
    CredentialRetrievalError,
    NoCredentialsError,
)

from dbp.extract.bedrock.flight import Flights

API_KEY = "AWS_BEARER_TOKEN_BEDROCK"


class UserCredentials:
    """What botocore signs with; has the part of its `Credentials` that is asked for."""

    method = None

    def __init__(self, load: Callable[[], Any], flights: Flights) -> None:
        self._load = load
        self._flights = flights
        self._lock = threading.Lock()
        self._found: Any = None

    def find(self) -> Any:
        """Find botocore's credentials, or None. Blocking; raises what botocore does."""
        flight = self._flights.current
        # Another thread may be at it for as long as its own deadline lets it.
        if not self._lock.acquire(timeout=flight.remaining() if flight else -1):
            raise TimeoutError("the credentials did not come in time")
        try:
            if self._found is None:
                self._found = self._load()
            return self._found
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Look for them anew next time: those found were refused, and files can have changed."""
        self._found = None

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Give what one request is signed with."""
        found = self.find()
        if found is None:
            raise NoCredentialsError
        return found.get_frozen_credentials()

    def get_deferred_property(self, name: str) -> Callable[[], Any]:
        """Give a property when it is called for."""
        return lambda: getattr(self.find(), name, None)


def load_credentials(core: Any, region: str, flights: Flights, *, instance_metadata: bool) -> Any:
    """Go through the chain of a botocore session; None when nobody has credentials."""
    resolver = create_credential_resolver(core, region_name=region or None)
    if not instance_metadata:
        resolver.remove("iam-role")

    def start(arguments: list[str], **kwargs: Any) -> _Process:
        process = _Process(arguments, stdin=subprocess.DEVNULL, **kwargs)
        process.flights = flights
        return process

    def process_provider(profile_name: str) -> Any:
        return ProcessProvider(profile_name, lambda: core.full_config, popen=start)

    for provider in resolver.providers:
        if provider.METHOD == "custom-process":
            provider._popen = start  # noqa: SLF001  # the chain is built in one piece
        elif provider.METHOD == "assume-role":
            provider._prompter = _no_prompt  # noqa: SLF001  # the same
            builder = provider._profile_provider_builder  # noqa: SLF001  # the same
            builder._create_process_provider = process_provider  # noqa: SLF001  # the same
    return resolver.load_credentials()


def has_api_key() -> bool:
    """Whether the user has a Bedrock API key in the environment."""
    return bool(os.environ.get(API_KEY))


def _no_prompt(_: str) -> str:
    raise CredentialRetrievalError(
        provider="assume-role", error_msg="the role asks for a code of a person"
    )


class _Process(subprocess.Popen[bytes]):
    """A credential process: ends with the flight it was started in."""

    flights: Flights

    def communicate(self, input: bytes | None = None, timeout: float | None = None) -> Any:  # noqa: A002  # its name
        flight = self.flights.current
        if flight is None:
            return super().communicate(input, timeout)
        try:
            flight.process = self
            return super().communicate(input, flight.remaining())
        except BaseException:
            self.kill()
            self.wait()
            for pipe in (self.stdout, self.stderr):
                if pipe is not None:
                    pipe.close()
            raise
        finally:
            flight.process = None
