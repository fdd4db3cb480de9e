// The page of the graph: takes pictures from the panel, shows them, tells it what a person wants.
import { visible } from "../../shared/icons";
import "./style.css";
import "./picture.css";
import { byId, make } from "./elements";
import { COLUMN_CAP, type Drawing, layout } from "./layout";
import { fillList } from "./list";
import {
  FAMILIES,
  type Family,
  type FromPage,
  type Picture,
  readSaved,
  readToPage,
} from "./messages";
import { Sheet } from "./sheet";
import { View } from "./view";

const host = acquireVsCodeApi();
const saved = readSaved(host.getState());
const families = new Set<Family>(saved?.families ?? FAMILIES);
const caps = new Map<number, number>();
const intents = new Map<string, string>();
let asList = saved?.asList ?? document.body.classList.contains("vscode-using-screen-reader");
let picture: Picture | undefined;
let drawing: Drawing | undefined;
let looked = "";

const frame = byId("picture");
const note = byId("note");
const depth = byId<HTMLSelectElement>("depth");
const view = new View(frame, byId("sheet"));
const sheet = new Sheet(
  byId("sheet"),
  {
    open: (path) => tell({ type: "open", path }),
    centre: (path) => tell({ type: "centre", path }),
    look,
    more: (layer) => {
      caps.set(layer, (caps.get(layer) ?? COLUMN_CAP) + 3 * COLUMN_CAP);
      show();
    },
  },
  (node) => view.reveal(node),
);

function tell(message: FromPage): void {
  host.postMessage(message);
}

function show(): void {
  if (!picture) {
    return;
  }
  const { path, links, truncated, uri } = picture;
  const wanted = links.filter((link) => families.has(link.family));
  drawing = layout(wanted, path, caps);
  sheet.draw(drawing, path);
  fillList(byId("list"), wanted, path, (where, line) => tell({ type: "open", path: where, line }));
  byId("path").textContent = visible(path);
  byId("path").title = path;
  depth.value = String(picture.depth);
  for (const family of FAMILIES) {
    byId<HTMLInputElement>(family).checked = families.has(family);
  }
  frame.hidden = asList;
  byId("zoom").hidden = asList;
  byId("about").hidden = asList;
  byId("list").hidden = !asList;
  byId("as-list").setAttribute("aria-pressed", String(asList));
  const none = links.length === 0 ? "No file names this one, and it names none." : "";
  const hidden = links.length > 0 && wanted.length === 0 ? "What there is, is filtered out." : "";
  const cut = truncated
    ? "There are more references than are shown: only the nearest are here."
    : "";
  say([none, hidden, cut].filter((one) => one !== "").join(" "), false);
  about();
  host.setState({ uri, depth: picture.depth, families: [...families], asList });
}

function say(text: string, isProblem: boolean): void {
  if (note.textContent !== text) {
    note.textContent = text;
  }
  note.classList.toggle("problem", isProblem);
}

function look(path: string): void {
  if (looked !== path) {
    looked = path;
    tell({ type: "focus", path });
    about();
  }
}

function about(): void {
  const path = looked || picture?.path || "";
  const { by, names } = drawing?.named.get(path) ?? { by: 0, names: 0 };
  const intent = intents.get(path);
  const text = `${path}: named by ${by}, names ${names}${intent ? `. ${intent}` : ""}`;
  byId("about-file").replaceChildren(make("span", "", text));
}

function take(data: unknown): void {
  const message = readToPage(data);
  if (message?.type === "picture") {
    const other = message.path !== picture?.path || message.depth !== picture.depth;
    const before = picture;
    picture = message;
    if (other) {
      caps.clear();
      looked = message.path;
    }
    intents.clear();
    show();
    if (drawing && !other) {
      view.refit(drawing);
    } else if (drawing) {
      view.fit(drawing);
      if (before && sheet.focused) {
        sheet.focus(message.path);
      }
    }
    tell({ type: "focus", path: looked });
  } else if (message?.type === "intent") {
    intents.set(message.path, message.text);
    about();
  } else if (message?.type === "busy") {
    say(message.text, false);
  } else if (message?.type === "problem") {
    say([message.message, message.hint].filter((one) => one !== "").join(" "), true);
  }
}

for (const family of FAMILIES) {
  byId<HTMLInputElement>(family).addEventListener("change", (event) => {
    const { checked } = event.target as HTMLInputElement;
    checked ? families.add(family) : families.delete(family);
    show();
  });
}
depth.addEventListener("change", () => tell({ type: "depth", depth: Number(depth.value) }));
byId("as-list").addEventListener("click", () => {
  asList = !asList;
  show();
  if (!asList && drawing) {
    view.fit(drawing);
  }
});
byId("larger").addEventListener("click", () => view.zoom(1.25));
byId("smaller").addEventListener("click", () => view.zoom(0.8));
byId("fit").addEventListener("click", () => drawing && view.fit(drawing, true));
frame.addEventListener("keydown", ({ key, ctrlKey, metaKey }) => {
  if (ctrlKey || metaKey) {
    return; // the window's own zoom
  }
  if (key === "+" || key === "=") {
    view.zoom(1.25);
  } else if (key === "-") {
    view.zoom(0.8);
  } else if (key === "0" && drawing) {
    view.fit(drawing, true);
  }
});
window.addEventListener("resize", () => drawing && view.refit(drawing));
window.addEventListener("message", ({ data }) => take(data));
tell({ type: "ready" });
