"""From the bytes of a row to what they say."""

from __future__ import annotations

import logging

from dbp.errors import StoreError
from dbp.meaning import Meaning
from dbp.model import Extraction

log = logging.getLogger(__name__)


def extraction_of(payload: bytes, path: str) -> Extraction:
    """Decode an extraction. Raises `StoreError` `content_damaged`."""
    from dbp.codec import decode

    try:
        return decode(payload)
    except ValueError as error:
        raise StoreError(
            f"the stored extraction of {path!r} cannot be read: {error}",
            hint="extract the file again, whatever the need check says",
            code="content_damaged",
            path=path,
        ) from error


def meaning_of(payload: bytes, path: str) -> Meaning | None:
    """Decode a meaning; one that is damaged is none."""
    from dbp.enrichment.payload import decode

    try:
        return decode(payload)
    except ValueError as error:
        # The local result is whole: no surface goes without it for this.
        log.warning("the stored meaning of %r cannot be read: %s", path, error)
        return None
