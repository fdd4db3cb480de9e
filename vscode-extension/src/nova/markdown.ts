// Markdown that stays what it is meant to be, whatever it quotes.

/** A block of code; its fence is longer than any in the text. */
export function fenced(text: string, language = ""): string[] {
  const runs = text.match(/`{3,}/g) ?? [];
  const fence = "`".repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return [`${fence}${language}`, text, fence];
}

/** A list of facts, each with its name. */
export function facts(rows: [string, string][]): string[] {
  return rows.map(([name, text]) => `- ${name}: ${text.replace(/\s+/g, " ")}`);
}

/** A path or a name as code, whatever backticks it holds. */
export function code(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const pad = /^`|`$/.test(text) ? " " : "";
  return `${fence}${pad}${text.replace(/\s+/g, " ")}${pad}${fence}`;
}
