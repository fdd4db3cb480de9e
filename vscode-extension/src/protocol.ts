// What `dbp serve` answers and tells, as far as the extension reads it: see doc/protocol.md.
// Only fields that are used here are named; the server may add others at any time.

/** Folders are named by their URI, as the editor opened them. */
export interface InFolder {
  workspaceFolder?: string;
}

export type State = "starting" | "scanning" | "busy" | "idle" | "paused" | "degraded" | "stopped";

/** `dbp/status` and `dbp/statusChanged`. */
export interface Status {
  protocolVersion: number;
  version: string;
  workspaceFolder: string;
  state: State;
  reasons: string[];
  role: "leader" | "follower" | null;
  running: boolean;
  throttled: boolean;
  files: { indexed: number; pending: number; failed: number; excluded: number };
  queue: { size: number; capacity: number };
  watcher: { backend: string; directories: number; warning: string | null };
  extraction: {
    provider: "local" | "bedrock";
    model: string | null;
    egress: boolean;
    state: string;
    reason: string | null;
    costUsd: number;
  };
  database: { library: string; path: string; sizeBytes: number } | null;
  lastScan: { at: string; seconds: number; files: number; error: string | null } | null;
}

export type JobStatus = "queued" | "processing" | "completed" | "failed" | "cancelled";

/** Why a job failed: a stable code, words for people and the next step. */
export interface Failure {
  code: string;
  message: string;
  hint?: string;
}

/** A job, in lists and as `dbp/jobUpdated`. */
export interface Job {
  id: string;
  type: string;
  status: JobStatus;
  priority: "low" | "normal" | "high";
  arguments: Record<string, unknown>;
  progress: { percent: number; step: string; done: number; total: number };
  createdAt: string;
  scheduledFor: string | null;
  startedAt: string | null;
  completedAt: string | null;
  retryCount: number;
  maxRetries: number;
  result: Record<string, unknown> | null;
  error: Failure | null;
  requestedBy: string;
}

/** `dbp/jobUpdated`: the job as it is now, and its folder. */
export interface JobUpdate extends Job {
  workspaceFolder: string;
}

/** `dbp/alert`: raised, and over when `cleared`. */
export interface Alert {
  code: string;
  severity: "error" | "warning";
  message: string;
  hint: string;
  at: string;
  cleared: boolean;
  service?: string;
}

/** `dbp/health`: whether all is well, and what each check found. */
export interface Health {
  status: "healthy" | "degraded" | "unhealthy";
  checks: { name: string; status: string; detail: string }[];
}

/** One result of `dbp/search`. */
export interface Found {
  path: string;
  uri: string;
  kind: "file" | "symbol" | "document";
  name?: string;
  qualifiedName?: string;
  symbolKind?: string;
  line: number;
  language: string;
  intent: string | null;
  score: number;
  why: { field: string; words: string[] }[];
  snippet: string;
}

/** One circle of `dbp/cycles`: its files, and the references that close it. */
export interface Cycle {
  kind: "dependency" | "documentation";
  paths: string[];
  edges: Edge[];
}

/** One reference between two files. */
export interface Edge {
  source: string;
  target: string;
  kind: string;
  role: string | null;
  /** null: it only says who names whom, and closes no circle. */
  family: "dependency" | "documentation" | null;
  line: number;
  declaredIn: string;
  distance?: number;
}

/** `dbp/references`: who names a file, and whom it names. */
export interface References {
  path: string;
  edges: Edge[];
  truncated: boolean;
}

/** What is counted of a folder (all that lies below it) or of a file. */
export interface Counts {
  files: number;
  withIntent: number;
  percent: number | null;
  symbols: number;
  documented: number;
  stale: number;
  broken: number;
  failed: number;
}

/** One line of the tree of `dbp/coverage`. */
export interface Covered extends Counts {
  path: string;
  uri: string;
  kind: "folder" | "file";
  intent: string | null;
}

/** `dbp/coverage`: a folder, and what lies directly in it. */
export interface Coverage extends Counts {
  path: string;
  children: Covered[];
  truncated: boolean;
}

/** `dbp/trust`: whether files of a folder may be sent to a model. */
export interface Trust {
  consent: { provider: string; region: string; host: string; at: string } | null;
  open: boolean;
  missing: string[];
  provider: string;
  model: string | null;
  region: string | null;
  host: string | null;
}
