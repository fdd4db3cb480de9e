// What the server says of references, as the page shows it, without the editor.
import type { Edge, References } from "../protocol";
import { type Family, type Link, MOST_LINKS, type Picture } from "./webview/messages";

/** Gives what the page draws; of more than `MOST_LINKS` references the nearest stay. */
export function pictureOf(uri: string, depth: number, references: References): Picture {
  const told = references.edges;
  const nearest = [...told].sort((a, b) => (a.distance ?? 1) - (b.distance ?? 1));
  return {
    type: "picture",
    uri,
    path: references.path,
    depth,
    links: unique(nearest.slice(0, MOST_LINKS).map(linkOf)),
    truncated: references.truncated || told.length > MOST_LINKS,
  };
}

/** The files that are in a picture. */
export function filesOf(picture: Picture): Set<string> {
  return new Set([
    picture.path,
    ...picture.links.flatMap((link) => [link.source, link.target, link.declaredIn]),
  ]);
}

function linkOf(edge: Edge): Link {
  const { source, target, kind, role, line, declaredIn } = edge;
  const circular = edge.family !== null;
  return { source, target, kind, role, line, declaredIn, circular, family: familyOf(edge) };
}

/** Every line is drawn as one of the two: code needs code, or something is told by a document. */
function familyOf(edge: Edge): Family {
  return (
    edge.family ?? (["import", "relation"].includes(edge.kind) ? "dependency" : "documentation")
  );
}

/** An edge on a circle is met from both sides. */
function unique(links: Link[]): Link[] {
  return [...new Map(links.map((link) => [JSON.stringify(link), link])).values()];
}
