// What would be sent of a file, as a document for people.
import { capital, count } from "../shared/words";
import { facts, fenced } from "./markdown";

/** `dbp preview FILE --json`. */
export interface Preview {
  path: string;
  withheld: string | null;
  redactions: number;
  truncated: boolean;
  body: Body | null;
  bytes: number;
  tokens: { input: number; output: number };
}

interface Part {
  text?: string;
}

interface Body {
  messages?: { role: string; content: Part[] }[];
  system?: Part[];
}

/** The whole request, its texts readable; why there is none when there is none. */
export function previewText(preview: Preview): string {
  const lines = [`# What would be sent of ${preview.path}`, ""];
  if (preview.withheld !== null) {
    lines.push(`**Nothing: the file is withheld.** ${capital(preview.withheld)}.`, "");
    return lines.join("\n");
  }
  if (preview.body === null) {
    lines.push(
      "**Nothing.** The file says everything itself, or the model was asked about it already",
      "(`dbp egress` lists what was sent).",
      "",
    );
    return lines.join("\n");
  }
  lines.push("Nothing is sent by looking at this. It is made of the file as it is saved.", "");
  lines.push(...facts(about(preview)), "", ...request(preview.body));
  return lines.join("\n");
}

function about(preview: Preview): [string, string][] {
  const { tokens, redactions } = preview;
  return [
    ["Size", count(preview.bytes, "byte")],
    ["Tokens", `about ${count(tokens.input, "token")} in, ${tokens.output} out`],
    ["Blacked out", count(redactions, "possible secret")],
    ["Complete", preview.truncated ? "no: not all of the file fits" : "yes"],
  ];
}

/** The texts of a request one by one, then the rest of it with the texts left out. */
function request(body: Body): string[] {
  const lines: string[] = [];
  const say = (title: string, parts: Part[] | undefined) => {
    const texts = (parts ?? []).flatMap((part) => (part.text === undefined ? [] : [part.text]));
    if (texts.length > 0) {
      lines.push(`## ${title}`, "", ...texts.flatMap((text) => [...fenced(text), ""]));
    }
  };
  say("Instructions", body.system);
  for (const message of body.messages ?? []) {
    say(`Message (${message.role})`, message.content);
  }
  const rest = JSON.stringify(
    body,
    (key, value) => (key === "text" && typeof value === "string" ? "(above)" : value),
    2,
  );
  lines.push("## The rest of the request", "", ...fenced(rest, "json"), "");
  return lines;
}
