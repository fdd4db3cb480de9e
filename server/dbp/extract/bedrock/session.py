"""The one botocore session and the one client, and what they must not do.

No endpoint from `AWS_ENDPOINT_URL*` or the configuration file: the user consented to one host. No
retries: there is one layer of them, and it is not botocore's. No metrics. No logs below warnings:
botocore's show headers and bodies.
"""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from typing import Any

import boto3.session  # type: ignore[import-untyped]
import botocore.session  # type: ignore[import-untyped]
from botocore.awsrequest import AWSPreparedRequest, AWSResponse  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.utils import (  # type: ignore[import-untyped]
    is_valid_endpoint_url,
    is_valid_ipv6_endpoint_url,
)

from dbp.extract.bedrock.credentials import UserCredentials, load_credentials
from dbp.extract.bedrock.errors import BedrockError
from dbp.extract.bedrock.flight import Flights
from dbp.extract.bedrock.wire import Wire


@dataclass(frozen=True, slots=True)
class Place:
    """Where requests go and as whom; empty texts are what the user's AWS configuration says."""

    region: str
    profile: str
    endpoint_url: str
    instance_metadata: bool


class Service:
    """The client, and what it stands on. Thread-safe; making it opens no connection.

    Raises what botocore does, as do all methods.
    """

    def __init__(
        self, place: Place, flights: Flights, *, connections: int, limit: int, seconds: float
    ) -> None:
        _quiet()
        _check_endpoint(place.endpoint_url)
        core = _core(place)
        region = _region(place, core)
        bundle = core.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
        self.wire = Wire(
            flights,
            verify=bundle or True,
            limit=limit,
            connections=connections,
            seconds=seconds,
        )
        self._looking = threading.local()

        def load() -> Any:
            # A session of its own: one reads the configuration files once, and they can change.
            own = _core(place)
            own.register("before-send", self._send)
            metadata = place.instance_metadata
            return load_credentials(own, region, flights, instance_metadata=metadata)

        self.credentials = UserCredentials(load, flights)
        core.register_component("credential_provider", _Provider(self.credentials))
        core.register("before-send", self._send)
        core.register("before-call.bedrock-runtime.Converse", self._before_call)
        self._client = boto3.session.Session(botocore_session=core).client(
            "bedrock-runtime",
            region_name=region or None,
            endpoint_url=place.endpoint_url or None,
            # A profile the user names goes before an API key that is in the environment.
            config=Config(signature_version="v4") if place.profile else None,
        )

    def converse(self, parameters: dict[str, Any]) -> None:
        """Send a request; its reply is left with this thread's flight."""
        self._client.converse(**parameters)

    def render(self, parameters: dict[str, Any]) -> tuple[str, bytes]:
        """Make a request up to where it would be signed; give its URL and body."""
        self._looking.now = True
        try:
            self._client.converse(**parameters)
        except _Rendered as rendered:
            return rendered.url, rendered.body
        finally:
            self._looking.now = False
        raise RuntimeError("botocore sent a request that was only to be looked at")

    def _before_call(self, params: dict[str, Any], **_: Any) -> None:
        if getattr(self._looking, "now", False):
            body = params["body"]
            raise _Rendered(params["url"], body if isinstance(body, bytes) else body.encode())

    def _send(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        return self.wire.send(request, event_name)


def region_of(place: Place) -> str:
    """Tell the region in force; empty when nothing names one. Raises what botocore does."""
    if place.region:
        return place.region
    _quiet()
    return _region(place, _core(place))


def _region(place: Place, core: Any) -> str:
    named = place.region or core.get_config_variable("region")
    # Other AWS tools know this name, too; to botocore it means nothing.
    return str(named or os.environ.get("AWS_REGION", ""))


def _check_endpoint(url: str) -> None:
    """Refuse what botocore would, which says nothing more than that by a `ValueError`."""
    try:
        if not url or is_valid_endpoint_url(url) or is_valid_ipv6_endpoint_url(url):
            return
    except ValueError:  # brackets that are no address
        pass
    hint = "check llm.endpoint_url"
    raise BedrockError("the endpoint is no usable URL", code="denied", hint=hint)


def _core(place: Place) -> Any:
    core = botocore.session.Session()
    if place.profile:
        core.set_config_variable("profile", place.profile)
    core.set_config_variable("ignore_configured_endpoint_urls", True)
    core.set_config_variable("csm_enabled", False)
    if not place.instance_metadata:
        # A role can name the metadata service as its source, besides its place in the chain.
        core.set_config_variable("metadata_service_num_attempts", 0)
    core.set_default_client_config(
        Config(
            ignore_configured_endpoint_urls=True,
            # Its automatic mode would ask the metadata service for the region.
            defaults_mode="legacy",
            # Its adaptive mode would sleep.
            retries={"total_max_attempts": 1, "mode": "standard"},
        )
    )
    return core


def _quiet() -> None:
    """Keep the libraries from logging what is sent, whatever level the root logger has."""
    for name, level in (
        ("boto3", logging.WARNING),
        ("botocore", logging.WARNING),
        # It warns when more connections are open than it keeps, which harms nobody.
        ("urllib3", logging.ERROR),
    ):
        logger = logging.getLogger(name)
        if logger.level < level:
            logger.setLevel(level)


class _Provider:
    """Stands where botocore keeps its chain, so that making the client looks for nothing."""

    def __init__(self, credentials: UserCredentials) -> None:
        self._credentials = credentials

    def load_credentials(self) -> UserCredentials:
        return self._credentials


class _Rendered(Exception):  # noqa: N818  # no error: the way out of botocore before the wire
    def __init__(self, url: str, body: bytes) -> None:
        super().__init__()
        self.url = url
        self.body = body
