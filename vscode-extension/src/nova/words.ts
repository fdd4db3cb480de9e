// Consent, in words for people.

import type { Trust } from "../protocol";
import { sentences } from "../shared/words";

export type Button = "Open Settings" | "Estimate Cost" | "Manage Workspace Trust";

/** What a message says, and the buttons that lead to the next step. */
export interface Told {
  text: string;
  buttons: Button[];
}

/** How things stand after a person was asked. */
export function agreed(trust: Trust, folder: string): Told {
  if (trust.consent === null) {
    return { text: `dbp: Nothing is changed: no file of ${folder} is sent.`, buttons: [] };
  }
  if (trust.open) {
    const where = `${trust.model ?? "Amazon Nova"} in ${trust.region ?? "your region"}`;
    const text = `dbp: Files of ${folder} that lack documentation are sent to ${where} from now on.`;
    return { text, buttons: ["Estimate Cost"] };
  }
  const why = trust.missing.map(editorWords).join("; ");
  const text = sentences(`dbp: You agreed, but nothing of ${folder} is sent yet:`, why);
  return { text: `${text} Change it in your user settings.`, buttons: ["Open Settings"] };
}

/** Why nobody can be asked: there is no place yet that a yes could be about. */
export function nowhere(trust: Trust): Told {
  const lacks = trust.missing.map(editorWords).filter((why) => !why.startsWith("you did not"));
  const text = sentences("dbp: There is nothing to agree to yet:", lacks.join("; "));
  return { text: `${text} Change it in your user settings.`, buttons: ["Open Settings"] };
}

/** How things stand after a consent was taken back. */
export function revoked(had: boolean, folder: string): string {
  return had
    ? `dbp: Taken back: nothing of ${folder} is sent any more.`
    : `dbp: There was no consent for ${folder}: nothing of it is sent.`;
}

/** Says settings as the editor has them: `dbp.llm.provider` for `llm.provider`. */
export function editorWords(text: string): string {
  return text
    .replace(/(?<![\w.])llm\.(?=[a-z])/g, "dbp.llm.")
    .replace(": dbp trust --cloud", "")
    .replace(" in your own settings", "");
}
