// Which settings the server is told: those somebody set, and nothing else. A default of the editor
// would override the project's own `.dbp.toml`.

/** What `WorkspaceConfiguration.inspect` says of one key, as far as it is read here. */
export interface Inspected {
  globalValue?: unknown;
  workspaceValue?: unknown;
  workspaceFolderValue?: unknown;
}

/** The manifest, as far as it is read here. */
export interface Manifest {
  contributes: { configuration: Section | Section[] };
  capabilities: { untrustedWorkspaces: { restrictedConfigurations?: string[] } };
}

interface Section {
  properties: Record<string, { scope?: string }>;
}

/** A declared setting: which places may set it. */
export interface Declared {
  /** The whole key, with `dbp.`. */
  key: string;
  /** Only the user's settings count. */
  userOnly: boolean;
  /** Those of the workspace count only when it is trusted. */
  restricted: boolean;
}

/** What the extension itself acts on. */
const OWN = /^dbp\.(server\.|trace\.|statusBar\.|showNotifications$|showEditorButton$)/;
/** Every place can only make these stricter, so no place hides what another one says. */
const NARROWING = new Set(["dbp.llm.allowed", "dbp.llm.never_send"]);

/** Every setting the manifest declares. */
export function declared(manifest: Manifest): Declared[] {
  const restricted = new Set(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations);
  return [manifest.contributes.configuration]
    .flat()
    .flatMap((section) => Object.entries(section.properties))
    .map(([key, { scope }]) => ({
      key,
      userOnly: scope === "machine" || scope === "application",
      restricted: restricted.has(key),
    }));
}

/** Those the server is told. */
export function sent(settings: Declared[]): Declared[] {
  return settings.filter((one) => !OWN.test(one.key));
}

/** The value somebody set for a key; undefined when nobody did. */
export function explicit(
  setting: Declared,
  inspected: Inspected | undefined,
  trusted: boolean,
): unknown {
  const places = [inspected?.globalValue];
  if (!setting.userOnly && (trusted || !setting.restricted)) {
    places.push(inspected?.workspaceValue, inspected?.workspaceFolderValue);
  }
  const values: unknown[] = places.filter((value) => value !== undefined && value !== null);
  const joined = NARROWING.has(setting.key) ? narrower : upper;
  return values.length === 0 ? undefined : values.reduce(joined);
}

/** The answer to `workspace/configuration` for the section `dbp`: dotted keys below it. */
export function answer(
  settings: Declared[],
  inspect: (key: string) => Inspected | undefined,
  trusted: boolean,
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const setting of sent(settings)) {
    const value = explicit(setting, inspect(setting.key), trusted);
    if (value !== undefined) {
      found[setting.key.slice("dbp.".length)] = value;
    }
  }
  return found;
}

/** A table takes what it does not name from the place below; all else replaces it. */
function upper(below: unknown, above: unknown): unknown {
  return isTable(below) && isTable(above) ? { ...below, ...above } : above;
}

function narrower(below: unknown, above: unknown): unknown {
  if (Array.isArray(below) && Array.isArray(above)) {
    return [...new Set([...below, ...above])];
  }
  // What is of the wrong kind goes on to the server, which then forbids.
  return below === true || Array.isArray(below) ? above : below;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
