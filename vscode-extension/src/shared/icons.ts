// Texts of files in places where the editor draws icons and links.

const ICON = /\$\(/g;
/** What turns the order of letters around, and letters that nobody sees. */
const HIDDEN = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;

/** Makes text from a file safe where `$(name)` would become an icon, and keeps it on one line. */
export function plain(text: string): string {
  return visible(text).replace(ICON, "$\u200b(").replace(/\s+/g, " ").trim();
}

/** Makes text from a file safe where `[text](command:…)` would become a link. */
export function unlinked(text: string): string {
  return visible(text).replaceAll("](", "]\u200b(");
}

/** Shows that there is something hidden: a name is not what it looks like. */
export function visible(text: string): string {
  return text.replace(HIDDEN, "\ufffd");
}
