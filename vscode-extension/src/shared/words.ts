// Words for people: counts, times and sentences, without the editor.

/** Joins parts to sentences: each one ends with a mark, empty ones are left out. */
export function sentences(...parts: (string | null | undefined)[]): string {
  return parts
    .map((part) => part?.trim() ?? "")
    .filter((part) => part !== "")
    .map((part, index, all) =>
      index === all.length - 1 || /[.!?:…]$/.test(part) ? part : `${part}.`,
    )
    .map((part, index, all) => (all.length > 1 && index === all.length - 1 ? ended(part) : part))
    .join(" ");
}

function ended(text: string): string {
  return /[.!?…:]$/.test(text) ? text : `${text}.`;
}

/** `3 files`, `1 file`, `no files`, `1,234 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
  const shown = number === 0 ? "no" : number.toLocaleString("en-US");
  return `${shown} ${number === 1 ? one : many}`;
}

/** A duration as it is said: `40 seconds`, `2 minutes`, `1 hour`; never less than what is left. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 90) {
    return count(whole, "second");
  }
  const minutes = Math.ceil(whole / 60);
  return minutes < 90 ? count(minutes, "minute") : count(Math.ceil(minutes / 60), "hour");
}

/** How long ago a time of the server was: `just now`, `5 minutes ago`, `yesterday`, a date. */
export function ago(at: string | null, now: Date): string {
  const then = at === null ? Number.NaN : Date.parse(at);
  if (Number.isNaN(then)) {
    return "";
  }
  const seconds = Math.max(0, (now.getTime() - then) / 1000);
  if (seconds < 45) {
    return "just now";
  }
  const steps: [number, number, string][] = [
    [3600, 60, "minute"],
    [86400, 3600, "hour"],
    [30 * 86400, 86400, "day"],
  ];
  for (const [limit, unit, name] of steps) {
    if (seconds < limit) {
      return `${count(Math.max(1, Math.round(seconds / unit)), name)} ago`;
    }
  }
  return new Date(then).toISOString().slice(0, 10);
}

/** The same text with a capital first letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
