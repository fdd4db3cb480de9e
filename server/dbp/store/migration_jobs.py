"""The step that brings jobs into a record: frozen, whatever `job_tables` becomes later."""

from __future__ import annotations

TABLES = """
    CREATE TABLE job (
        number INTEGER NOT NULL,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        status TEXT NOT NULL,
        priority INTEGER NOT NULL,
        arguments TEXT NOT NULL,
        percent INTEGER NOT NULL,
        step TEXT NOT NULL,
        done INTEGER NOT NULL,
        total INTEGER NOT NULL,
        created_at FLOAT NOT NULL,
        waiting_since FLOAT NOT NULL,
        waiting_tick FLOAT NOT NULL,
        scheduled_for FLOAT,
        due FLOAT,
        started_at FLOAT,
        started_tick FLOAT,
        completed_at FLOAT,
        seconds FLOAT,
        retry_count INTEGER NOT NULL,
        max_retries INTEGER NOT NULL,
        retry_base FLOAT NOT NULL,
        retry_longest FLOAT NOT NULL,
        result TEXT,
        error_code TEXT,
        error_message TEXT,
        error_hint TEXT,
        requested_by TEXT NOT NULL,
        action TEXT NOT NULL,
        "key" TEXT,
        rerun BOOLEAN NOT NULL,
        fence INTEGER NOT NULL,
        lease TEXT NOT NULL,
        owner TEXT NOT NULL,
        lease_ends FLOAT,
        boot TEXT NOT NULL,
        PRIMARY KEY (number),
        CONSTRAINT ck_job_status CHECK
            (status IN ('queued', 'processing', 'completed', 'failed', 'cancelled')),
        CONSTRAINT ck_job_priority CHECK (priority BETWEEN 0 AND 2),
        CONSTRAINT ck_job_lease CHECK
            ((status = 'processing') = (lease <> '' AND lease_ends IS NOT NULL)),
        CONSTRAINT ck_job_end CHECK
            ((status IN ('cancelled', 'completed', 'failed')) = (completed_at IS NOT NULL)),
        UNIQUE (id)
    );
    CREATE INDEX ix_job_action ON job (action);
    CREATE INDEX ix_job_completed_at ON job (completed_at);
    CREATE INDEX ix_job_due ON job (boot, due)
        WHERE status = 'queued' AND due IS NOT NULL;
    CREATE UNIQUE INDEX ix_job_lease ON job (lease)
        WHERE status = 'processing';
    CREATE INDEX ix_job_ready ON job (type, priority, number)
        WHERE status = 'queued' AND due IS NULL;
    CREATE UNIQUE INDEX ix_job_running ON job (type, "key")
        WHERE status = 'processing';
    CREATE INDEX ix_job_type_status ON job (type, status, number);
    CREATE UNIQUE INDEX ix_job_waiting ON job (type, "key")
        WHERE status = 'queued';
    CREATE TABLE jobevent (
        number INTEGER NOT NULL,
        job INTEGER NOT NULL,
        type TEXT NOT NULL,
        at FLOAT NOT NULL,
        move TEXT NOT NULL,
        status TEXT NOT NULL,
        retry_count INTEGER NOT NULL,
        detail TEXT NOT NULL,
        PRIMARY KEY (number),
        FOREIGN KEY(job) REFERENCES job (number) ON DELETE CASCADE
    );
    CREATE INDEX ix_jobevent_job ON jobevent (job);
    CREATE INDEX ix_jobevent_type ON jobevent (type, move, at);
    CREATE TABLE rateuse (
        number INTEGER NOT NULL,
        requested_by TEXT NOT NULL,
        action TEXT NOT NULL,
        at FLOAT NOT NULL,
        tick FLOAT NOT NULL,
        boot TEXT NOT NULL,
        PRIMARY KEY (number)
    );
    CREATE INDEX ix_rateuse ON rateuse (requested_by, action, number);
"""

TRIGGERS = (
    """
    CREATE TRIGGER job_starts_queued BEFORE INSERT ON job WHEN NEW.status <> 'queued'
    BEGIN SELECT RAISE(ABORT, 'a new job is queued'); END
    """,
    """
    CREATE TRIGGER job_moves_legally BEFORE UPDATE OF status ON job WHEN NOT (
        (OLD.status = 'failed' AND NEW.status = 'queued')
        OR (OLD.status = 'processing' AND NEW.status = 'cancelled')
        OR (OLD.status = 'processing' AND NEW.status = 'completed')
        OR (OLD.status = 'processing' AND NEW.status = 'failed')
        OR (OLD.status = 'processing' AND NEW.status = 'queued')
        OR (OLD.status = 'queued' AND NEW.status = 'cancelled')
        OR (OLD.status = 'queued' AND NEW.status = 'processing')
    )
    BEGIN SELECT RAISE(ABORT, 'a job cannot move like that'); END
    """,
)
