// The page of the graph, before anything is in it: nothing of a file stands in here.

/** What the page may load: its own script and its own style sheet, and nothing else. */
export function page(given: {
  nonce: string;
  source: string;
  script: string;
  style: string;
}): string {
  const { nonce, source, script, style } = given;
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source};`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>References</title>
</head>
<body>
<header id="bar">
  <h1 id="path"></h1>
  <label>Depth <select id="depth"><option>1</option><option>2</option><option>3</option></select></label>
  <label><input type="checkbox" id="dependency" checked>${sample("dependency")} Dependencies</label>
  <label><input type="checkbox" id="documentation" checked>${sample("documentation")} Documentation</label>
  <span class="circle-key">${sample("dependency in-circle")} ↻ Circle</span>
  <button type="button" class="tool" id="as-list" aria-pressed="false">List</button>
  <span class="buttons" id="zoom" role="group" aria-label="Zoom">
    <button type="button" class="tool" id="smaller" aria-label="Zoom out" title="Zoom out (−)">−</button>
    <button type="button" class="tool" id="fit" title="Show all (0)">Fit</button>
    <button type="button" class="tool" id="larger" aria-label="Zoom in" title="Zoom in (+)">+</button>
  </span>
</header>
<p id="note" role="status"></p>
<div id="picture" role="group" aria-label="References between files">
  <div id="sheet"></div>
</div>
<main id="list" hidden></main>
<footer id="about">
  <p id="about-file" aria-live="polite"></p>
  <p class="keys">Click or Enter opens · double click or Space puts in the middle · arrow keys move · + − 0 zoom</p>
</footer>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}

/** A line as in the picture. */
function sample(names: string): string {
  const hollow = names.includes("documentation");
  const tip = `<path class="tip ${names}" d="M20 2L28 6L20 10Z"/>`;
  const line = `<path class="line ${names}" d="M1 6H${hollow ? 19 : 20}"/>`;
  return `<svg width="30" height="12" viewBox="0 0 30 12" aria-hidden="true">${line}${tip}</svg>`;
}
