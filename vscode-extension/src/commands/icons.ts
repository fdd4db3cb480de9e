// Texts of files in places where the editor draws icons.

const ICON = /\$\(/g;

/** Makes text from a file safe where `$(name)` would become an icon, and keeps it on one line. */
export function plain(text: string): string {
  return text.replace(ICON, "$\u200b(").replace(/\s+/g, " ").trim();
}
