// "Copy Debug Information": gathers it from the window, the session and the server's doctor.
import { arch, homedir, platform, release } from "node:os";
import * as vscode from "vscode";
import type { Session } from "../session";
import { openFolders } from "../shared/folder";
import { debugPage, type Told } from "./debug";
import type { Seen } from "./picture";

/** Gives the report for the clipboard; where the doctor cannot be asked, it says so instead. */
export async function collect(session: Session, seen: Seen): Promise<string> {
  const extension = session.context.extension.packageJSON as { version: string };
  return debugPage({
    seen,
    versions: [
      ["dbp for VS Code", extension.version],
      [
        vscode.env.appName,
        `${vscode.version}${vscode.env.remoteName ? `, remote: ${vscode.env.remoteName}` : ""}`,
      ],
      ["system", `${platform()} ${release()} ${arch()}, node ${process.versions.node}`],
    ],
    settings: settingsThatAreSet(session),
    doctor: await doctor(session),
    home: homedir(),
  });
}

async function doctor(session: Session): Promise<string> {
  if (!session.server) {
    return "no server was found";
  }
  try {
    const folder = openFolders()[0]?.uri ?? vscode.Uri.file(homedir());
    const printed = await session.run(["doctor"], folder);
    return `${printed.stdout}${printed.stderr}`;
  } catch (error) {
    return `it could not be asked: ${error}`;
  }
}

function settingsThatAreSet(session: Session): Told["settings"] {
  const places = ["globalValue", "workspaceValue", "workspaceFolderValue"] as const;
  const folder = openFolders()[0]?.uri;
  const configuration = vscode.workspace.getConfiguration(undefined, folder ?? null);
  return declared(session).flatMap((name) => {
    const found = configuration.inspect(name);
    return places
      .filter((place) => found?.[place] !== undefined)
      .map((place) => ({ name, value: found?.[place], where: place.replace("Value", "") }));
  });
}

/** The names of all settings of the extension, as its manifest declares them. */
function declared(session: Session): string[] {
  type Block = { properties?: Record<string, unknown> };
  const manifest = session.context.extension.packageJSON as {
    contributes?: { configuration?: Block | Block[] };
  };
  const blocks = [manifest.contributes?.configuration ?? []].flat();
  return blocks.flatMap((block) => Object.keys(block.properties ?? {}));
}
