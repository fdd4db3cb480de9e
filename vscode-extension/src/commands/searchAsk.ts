// Asking `dbp/search`: of all open folders at once, merged into one list.
import type * as vscode from "vscode";
import type { Found } from "../protocol";
import type { Session } from "../session";

export type Kind = Found["kind"];

/** What is searched for: all kinds, and at most 50 results, unless it says otherwise. */
export interface Question {
  query: string;
  kind?: Kind | undefined;
  limit?: number;
}

/** A result, and the folder it is in. */
export interface Hit extends Found {
  folder: vscode.WorkspaceFolder;
}

/** What the folders that could be asked answered, as one list. */
export interface Hits {
  results: Hit[];
  /** How many files are not in the index yet. */
  pending: number;
}

interface Answer {
  results: Found[];
  pending: number;
}

const LIMIT = 50;

/**
 * Searches the folders; one that cannot be asked is left out unless all are.
 *
 * A folder's own order stays: folders are merged by the scores of what comes next in each.
 */
export async function searchFolders(
  session: Pick<Session, "request">,
  folders: readonly vscode.WorkspaceFolder[],
  question: Question,
  token?: vscode.CancellationToken,
): Promise<Hits> {
  const { query, kind, limit = LIMIT } = question;
  const asked = folders.map(async (folder) => {
    const params = { workspaceFolder: folder.uri.toString(), query, limit, ...(kind && { kind }) };
    const answer = await session.request<Answer>("dbp/search", params, token);
    return { ...answer, results: answer.results.map((one) => ({ ...one, folder })) };
  });
  const settled = await Promise.allSettled(asked);
  const answers = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const refused = settled.find((one) => one.status === "rejected");
  if (answers.length === 0 && refused) {
    throw refused.reason;
  }
  return {
    results: merged(answers.map((one) => one.results)).slice(0, limit),
    pending: answers.reduce((sum, one) => sum + one.pending, 0),
  };
}

/** Merges lists that are in order each: the better of the next ones comes first. */
export function merged<T extends { score: number }>(lists: T[][]): T[] {
  const rest = lists.map((list) => [...list]);
  const all: T[] = [];
  for (;;) {
    let best: T[] | undefined;
    for (const list of rest) {
      if (list[0] && (!best?.[0] || list[0].score > best[0].score)) {
        best = list;
      }
    }
    const next = best?.shift();
    if (!next) {
      return all;
    }
    all.push(next);
  }
}
