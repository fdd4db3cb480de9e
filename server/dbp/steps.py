"""What is done with a due change: look, decide, extract, commit, publish. What a scan finds.

The need check, in order: gone → the record leaves; stat equal to the record's → nothing; content
equal → only the stat is refreshed; content known from any earlier extraction → reused; else
extracted. A file that changed while it was extracted is looked at again instead of being stored.

Steps run on worker threads, and one path is never in two workers at once (`dbp.changes` sees to
it), so that an older result never replaces a newer one.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from dbp.anchoring import Anchoring, Departed
from dbp.clock import Clock
from dbp.errors import BadPathError, StoreError
from dbp.hashing import content_hash
from dbp.model import (
    Cause,
    Change,
    ContentKey,
    FileRecord,
    FileState,
    Priority,
    Stat,
)
from dbp.outcome import Merge, Outcome
from dbp.ports import (
    Excluded,
    ExtractionRequest,
    Extractor,
    Failure,
    Known,
    Listed,
    Move,
    Publish,
    Put,
    Remove,
    Scanner,
    Store,
    Touch,
    Write,
)
from dbp.status import Statistics

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 4
"""One try and three retries; after them only a change of the file brings it back."""

_RACY_NS = 2_000_000_000
"""A file written less than this long ago may change again within one tick of its clock."""

_HEAD = 256
"""Bytes that are enough to find a shebang."""

_NO_STAT = Stat(0, 0, 0)

_NO_PARSER_SECONDS = 5.0
"""Until a file is tried again for which no parser could be had."""

_BUSY_SECONDS = 1.0
"""Until a file is looked at again that changed during each of three reads."""


@dataclass(slots=True)
class _Read:
    """A file that was read and differs from the record."""

    change: Change
    known: Known | None
    stat: Stat
    data: bytes
    key: ContentKey


class Steps:
    """The pipeline's work, over the ports."""

    def __init__(
        self,
        *,
        scanner: Scanner,
        extractor: Extractor,
        store: Store,
        statistics: Statistics,
        clock: Clock,
        publish: Publish,
    ) -> None:
        self._scanner = scanner
        self._extractor = extractor
        self._store = store
        self._statistics = statistics
        self._clock = clock
        self._publish = publish
        self._departed = Departed()

    def use(self, scanner: Scanner) -> None:
        """Look through another scanner from now on (the rules of scope changed)."""
        self._scanner = scanner

    def look(self, batch: Sequence[Change]) -> Outcome:
        """Bring the record of these paths up to date: one transaction for the whole batch.

        Raises `StoreError` when it could not be committed; then nothing was.
        """
        outcome = Outcome()
        known = self._store.known_of([change.path for change in batch])
        read = [
            found
            for change in batch
            if (found := self._decide(change, known.get(change.path), outcome))
        ]
        gone = {write.path for write in outcome.writes if isinstance(write, Remove)}
        if gone:
            self._departed.keep(self._store, [one for one in known.values() if one.path in gone])
        if read:
            self._extract(read, outcome)
        self._commit(outcome)
        return outcome

    def compare(self, folder: str, *, everything: bool = False) -> tuple[int, list[Change]]:
        """Compare disk and record below a folder.

        Returns how many files are in scope, and what differs: new paths before gone ones, so that
        a rename is seen while its old record is there. `everything` returns unchanged files too
        (the extractor's rules changed). Raises `ScanError`.
        """
        records = Merge(self._store.known_in_order(folder))
        found: list[Change] = []
        files = 0
        for listed in self._scanner.list(folder):
            files += 1
            record = records.match(listed.path)
            if record is None or everything or _differs(record, listed):
                found.append(Change(listed.path, Cause.SCAN, Priority.SCAN))
        found += [Change(path, Cause.SCAN, Priority.SCAN) for path in records.rest()]
        return files, found

    # ── deciding ───────────────────────────────────────────────────────────────────────────────

    def _decide(self, change: Change, known: Known | None, outcome: Outcome) -> _Read | None:
        """Say what is to be done with a path; what was read is returned to be extracted."""
        try:
            return self._read(change, known, outcome)
        except FileNotFoundError:
            self._gone(change, known, outcome)
        except BadPathError as error:
            stat = known.stat if known else _NO_STAT
            self._exclude(change, known, Listed(change.path, stat, error.message), outcome)
        except OSError as error:
            if error.errno == errno.EAGAIN:
                # Somebody is writing it without a pause: an event will come when they stop.
                outcome.retry.append((change.path, _BUSY_SECONDS))
                return None
            code = errno.errorcode.get(error.errno or 0, "EIO")
            failure = Failure(code, f"{code}: {error.strerror}", transient=True)
            self._fail(change, known, failure, outcome)
        return None

    def _read(self, change: Change, known: Known | None, outcome: Outcome) -> _Read | None:
        listed = self._scanner.look(change.path)
        if listed is None:
            self._gone(change, known, outcome)
            return None
        if listed.skip:
            self._exclude(change, known, listed, outcome)
            return None
        if known is not None and self._unchanged(change, known, listed):
            outcome.counts.append(("skipped", change.path))
            return None
        data, stat = self._scanner.read(change.path)
        language = self._extractor.language(change.path, data[:_HEAD])
        key = ContentKey(content_hash(data), language, self._extractor.version)
        return _Read(change, known, stat, data, key)

    def _unchanged(self, change: Change, known: Known, listed: Listed) -> bool:
        if change.force or known.stat != listed.stat or known.state != FileState.INDEXED:
            return False
        # A scan compared the stats already and has its reason to ask; and a fresh file may have
        # been written twice within one tick of its file system's clock.
        age = int(self._clock.now() * 1e9) - listed.stat.mtime_ns
        return change.cause != Cause.SCAN and age > _RACY_NS

    def _gone(self, change: Change, known: Known | None, outcome: Outcome) -> None:
        if known is not None:
            outcome.add(Remove(change.path), "deleted", change.path)

    def _exclude(
        self,
        change: Change,
        known: Known | None,
        listed: Listed,
        outcome: Outcome,
        *,
        content_hash: str = "",
    ) -> None:
        if (
            known is not None
            and known.state == FileState.EXCLUDED
            and known.stat == listed.stat
            and known.content_hash == content_hash
        ):
            return
        path = change.path
        record = FileRecord(
            path,
            listed.stat,
            "",
            FileState.EXCLUDED,
            content_hash=content_hash,
            reason=listed.skip,
        )
        outcome.add(Put(record), "excluded", path)

    def _fail(
        self,
        change: Change,
        known: Known | None,
        failure: Failure,
        outcome: Outcome,
        *,
        item: _Read | None = None,
    ) -> None:
        if item is None and change.cause == Cause.SCAN and _is_given_up(known):
            return  # a scan tries what cannot be read once more, and says nothing again
        same = known is not None and (item is None or known.content_hash == item.key.content_hash)
        attempts = known.attempts + 1 if known is not None and same else 1
        stat = item.stat if item else known.stat if known else _NO_STAT
        record = FileRecord(
            change.path,
            stat,
            item.key.language if item else known.language if known else "",
            FileState.FAILED,
            content_hash=item.key.content_hash if item else "",
            reason=failure.message,
            attempts=attempts,
        )
        outcome.writes.append(Put(record))
        outcome.failures.append((change.path, failure))
        if failure.transient and attempts < MAX_ATTEMPTS:
            outcome.retry.append((change.path, float(2**attempts)))

    # ── extracting ─────────────────────────────────────────────────────────────────────────────

    def _extract(self, read: Sequence[_Read], outcome: Outcome) -> None:
        stored = self._store.has_content({item.key for item in read})
        anchoring = Anchoring(self._store, ((i.change.path, i.known, i.key) for i in read))
        missing: list[_Read] = []
        for item in read:
            if item.key in stored and not item.change.force:
                self._reuse(item, stored[item.key], anchoring, outcome)
            else:
                missing.append(item)
        if not missing:
            return
        requests = [ExtractionRequest(i.change.path, i.key, i.data) for i in missing]
        urgent = any(item.change.cause != Cause.SCAN for item in missing)
        started = self._clock.monotonic()
        results = self._extractor.extract(requests, urgent=urgent)
        outcome.seconds += self._clock.monotonic() - started
        for item, result in zip(missing, results, strict=True):
            path = item.change.path
            if isinstance(result, Failure) and result.transient:
                # Not the file's fault (we are stopping, or no process could be had): its record
                # stays as it is, and whoever looks next finds it undone.
                outcome.retry.append((path, _NO_PARSER_SECONDS))
            elif isinstance(result, Failure):
                self._fail(item.change, item.known, result, outcome, item=item)
            elif isinstance(result, Excluded):
                listed = Listed(path, item.stat, result.reason)
                content = item.key.content_hash
                self._exclude(item.change, item.known, listed, outcome, content_hash=content)
            elif self._changed_meanwhile(path, item.stat):
                outcome.again.add(path)
            else:
                anchors = anchoring.of(path, item.key, result)
                put = Put(self._record(item, result.intent), result, anchors=anchors)
                outcome.add(put, "extracted", path)

    def _reuse(
        self, item: _Read, intent: str | None, anchoring: Anchoring, outcome: Outcome
    ) -> None:
        path = item.change.path
        if item.known is not None and _is_recorded(item.known, item.key):
            outcome.add(Touch(path, item.stat), "skipped", path)
            return
        origin = self._origin(item)
        if origin is not None:
            # Another worker may see the old path gone and remove its row first: the record is
            # written as well, so that it is there whoever comes first.
            outcome.keep(origin.path)
            outcome.writes.append(Move(origin.path, path, item.stat))
            self._departed.keep(self._store, [origin])
            _, anchors = self._departed.take(item.key)
            put = Put(self._record(item, intent), key=item.key, anchors=anchors)
            outcome.add(put, "renamed", path)
            return
        # Its old record may have left just now, by another worker's hand.
        moved, anchors = self._departed.take(item.key) if item.known is None else (False, None)
        anchors = anchoring.of(path, item.key) or anchors
        put = Put(self._record(item, intent), key=item.key, anchors=anchors)
        outcome.add(put, "renamed" if moved else "reused", path)

    def _origin(self, item: _Read) -> Known | None:
        """Find the record of the same content whose file went away: this one was renamed."""
        candidates = list(self._store.known_inode(item.stat))
        if item.change.old_path is not None:
            hinted = self._store.known(item.change.old_path)
            candidates += [hinted] if hinted else []
        for old in candidates:
            if (
                old.path != item.change.path
                and old.content_hash == item.key.content_hash
                and old.language == item.key.language
                and old.state == FileState.INDEXED
                and self._scanner.look(old.path) is None
            ):
                return old
        return None

    def _changed_meanwhile(self, path: str, stat: Stat) -> bool:
        try:
            now = self._scanner.look(path)
        except OSError:
            return True
        return now is None or now.stat != stat

    def _record(self, item: _Read, intent: str | None) -> FileRecord:
        return FileRecord(
            item.change.path,
            item.stat,
            item.key.language,
            FileState.INDEXED,
            content_hash=item.key.content_hash,
            extracted_at=self._clock.now(),
            intent=intent,
        )

    # ── committing ─────────────────────────────────────────────────────────────────────────────

    def _commit(self, outcome: Outcome) -> None:
        writes = outcome.writes
        if writes:
            try:
                self._store.write(writes)
            except StoreError as error:
                for write in writes:
                    self._statistics.failed(_path(write), str(error), code=error.code, again=True)
                raise
        for what, path in outcome.counts:
            self._statistics.count(what, path)
        extracted = sum(what == "extracted" for what, _ in outcome.counts)
        self._statistics.took(outcome.seconds, extracted)
        planned = {path for path, _ in outcome.retry}
        for path, failure in outcome.failures:
            again, code = path in planned, failure.code
            self._statistics.failed(path, failure.message, code=code, again=again)
        changed = [_path(w) for w in writes]
        changed += [w.old_path for w in writes if isinstance(w, Move)]
        if changed:
            self._publish(changed)


def _is_recorded(known: Known, key: ContentKey) -> bool:
    """Tell whether the record has this extraction, made by these rules."""
    same = known.content_hash == key.content_hash and known.language == key.language
    made_so = known.extractor in {None, key.extractor}
    return same and made_so and known.state == FileState.INDEXED


def _is_given_up(known: Known | None) -> bool:
    return known is not None and known.state == FileState.FAILED and known.attempts >= MAX_ATTEMPTS


def _differs(known: Known, listed: Listed) -> bool:
    if known.stat != listed.stat:
        return True
    if listed.skip:
        return known.state != FileState.EXCLUDED
    if known.state == FileState.FAILED:
        return not _is_given_up(known)
    # Left out without being read, and nothing speaks against reading it any more.
    return known.state == FileState.EXCLUDED and not known.content_hash


def _path(write: Write) -> str:
    return write.record.path if isinstance(write, Put) else write.path
