// The same references as a list: for who does not see the picture, or wants the lines.
import { circular } from "./circles";
import { make } from "./elements";
import type { Link } from "./messages";

const AT_ONCE = 200;

export type Open = (path: string, line: number) => void;

/** Replaces the list: who names `centre`, whom it names, and the rest; 200 of each at a time. */
export function fillList(
  root: HTMLElement,
  links: readonly Link[],
  centre: string,
  open: Open,
): void {
  const circles = circular(links);
  const into = links.filter((link) => link.target === centre);
  const out = links.filter((link) => link.source === centre && link.target !== centre);
  const rest = links.filter((link) => link.source !== centre && link.target !== centre);
  root.replaceChildren(
    ...section(`Files that name it (${into.length})`, into, "source"),
    ...section(`Files it names (${out.length})`, out, "target"),
    ...section(`Farther away (${rest.length})`, rest, undefined),
  );

  function section(title: string, own: readonly Link[], end: "source" | "target" | undefined) {
    if (own.length === 0 && end === undefined) {
      return [];
    }
    const list = make("ul");
    let shown = 0;
    const more = make("button", "tool");
    const grow = () => {
      for (const link of own.slice(shown, shown + AT_ONCE)) {
        list.append(entry(link, end));
      }
      shown += AT_ONCE;
      more.hidden = shown >= own.length;
      more.textContent = `Show ${Math.min(AT_ONCE, own.length - shown)} more`;
    };
    more.type = "button";
    more.addEventListener("click", () => {
      const before = list.children.length;
      grow();
      list.children[before]?.querySelector("button")?.focus();
    });
    grow();
    const nothing = own.length === 0 ? [make("p", "keys", "Nothing.")] : [];
    return [make("h2", "", title), ...nothing, list, more];
  }

  function entry(link: Link, end: "source" | "target" | undefined): HTMLElement {
    const item = make("li");
    const text = end ? link[end] : `${link.source} → ${link.target}`;
    const button = make("button", "entry", text);
    button.type = "button";
    button.addEventListener("click", () => open(link.declaredIn, link.line));
    item.append(button, make("span", "entry-kind", kindOf(link, circles.has(link))));
    return item;
  }
}

function kindOf(link: Link, inCircle: boolean): string {
  const words = [
    link.family,
    link.role ? `${link.kind} (${link.role})` : link.kind,
    link.declaredIn === link.source ? "" : `said in ${link.declaredIn}`,
    `line ${link.line + 1}`,
    inCircle ? "↻ in a circle" : "",
  ];
  return words.filter((one) => one !== "").join(", ");
}
