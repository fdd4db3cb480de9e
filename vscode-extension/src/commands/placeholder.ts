// Where a person goes on writing in what was inserted.

/** Where an edit begins, as a line from 0, and the text it puts in. */
export interface Insertion {
  line: number;
  newText: string;
}

// What a template asks to be replaced: `<describe the intent>`, but no `<!--` and no `</p>`.
const PLACEHOLDER = /<[^\s<>!/][^<>\n]*>/;

/** Finds the first placeholder of inserted texts, and the line from which on to look for it. */
export function placeholder(insertions: Insertion[]): { text: string; line: number } | undefined {
  for (const { line, newText } of [...insertions].sort((one, other) => one.line - other.line)) {
    const found = PLACEHOLDER.exec(newText);
    if (found) {
      return { text: found[0], line };
    }
  }
  return undefined;
}
