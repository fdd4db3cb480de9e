// Looking at places without going there: what was on the screen comes back.
import * as vscode from "vscode";

/** A line of a file, from 0; one that is past the end means the last. */
export interface Place {
  uri: string;
  line: number;
}

/** What was on the screen before. */
interface Before {
  editor: vscode.TextEditor | undefined;
  selection: vscode.Selection | undefined;
  range: vscode.Range | undefined;
  /** The tab that looking at something replaces. */
  preview: vscode.Tab | undefined;
  uris: Set<string>;
}

/** Shows one place after the other; at the end that stays, or all is as it was before. */
export class Look {
  private readonly before = remember();
  private readonly mark = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("editor.rangeHighlightBackground"),
  });
  private marked: vscode.TextEditor | undefined;
  private looked = false;
  private over = false;
  /** One look after the other: the last one is what is seen. */
  private queue: Promise<unknown> = Promise.resolve();
  private wanted: Place | undefined;

  /** Shows a place while the focus stays where it is; a file that is gone is not shown. */
  at(place: Place): Promise<void> {
    this.wanted = place;
    const look = async () => {
      if (this.wanted === place && !this.over) {
        await this.show(place);
      }
    };
    const done = this.queue.then(look, look);
    this.queue = done.catch(() => undefined);
    return done.catch(() => undefined);
  }

  private async show(place: Place): Promise<void> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(place.uri));
    if (this.over) {
      return;
    }
    this.looked = true;
    const range = lineOf(document, place.line);
    const editor = await vscode.window.showTextDocument(document, {
      preview: true,
      preserveFocus: true,
      selection: new vscode.Range(range.start, range.start),
    });
    // The picker hides the top of the editor.
    editor.revealRange(range, vscode.TextEditorRevealType.InCenter);
    this.marked?.setDecorations(this.mark, []);
    this.marked = editor;
    editor.setDecorations(this.mark, [range]);
  }

  /** Goes to a place. */
  async open(place: Place): Promise<void> {
    await this.end();
    await openAt(vscode.Uri.parse(place.uri), place.line);
  }

  /** Stops looking; what is shown stays. */
  async end(): Promise<void> {
    this.over = true;
    await this.queue;
    this.mark.dispose();
  }

  /** Stops looking, and brings back what was there before. */
  async undo(): Promise<void> {
    await this.end();
    if (!this.looked) {
      return;
    }
    const { editor, selection, range, preview } = this.before;
    const gone = preview && !openTexts().has(key(preview));
    const lost =
      gone && preview.input instanceof vscode.TabInputText ? preview.input.uri : undefined;
    if (lost && lost.toString() !== editor?.document.uri.toString()) {
      await vscode.window.showTextDocument(lost, { preview: true, preserveFocus: true });
    }
    if (editor) {
      const shown = await vscode.window.showTextDocument(editor.document, {
        preview: lost?.toString() === editor.document.uri.toString(),
        ...(editor.viewColumn && { viewColumn: editor.viewColumn }),
        // The focus came back when the picker closed: taking it again would close what was opened since.
        preserveFocus: editor.viewColumn === vscode.window.activeTextEditor?.viewColumn,
        ...(selection && { selection }),
      });
      if (range) {
        shown.revealRange(range, vscode.TextEditorRevealType.AtTop);
      }
    }
    const ours = allTabs().filter((tab) => tab.isPreview && !this.before.uris.has(key(tab)));
    await vscode.window.tabGroups.close(ours, true);
  }
}

/** Opens a file at a line; notebooks open as notebooks. */
export async function openAt(uri: vscode.Uri, line: number): Promise<void> {
  if (uri.path.endsWith(".ipynb")) {
    await vscode.commands.executeCommand("vscode.open", uri);
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  const start = lineOf(document, line).start;
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(start, start) });
}

function lineOf(document: vscode.TextDocument, line: number): vscode.Range {
  return document.lineAt(Math.min(Math.max(line, 0), document.lineCount - 1)).range;
}

function remember(): Before {
  const editor = vscode.window.activeTextEditor;
  return {
    editor,
    selection: editor?.selection,
    range: editor?.visibleRanges[0],
    preview: vscode.window.tabGroups.activeTabGroup.tabs.find((tab) => tab.isPreview),
    uris: openTexts(),
  };
}

function allTabs(): vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs);
}

function openTexts(): Set<string> {
  return new Set(allTabs().map(key));
}

/** Names what a tab shows, and where. */
function key(tab: vscode.Tab): string {
  const uri = tab.input instanceof vscode.TabInputText ? tab.input.uri.toString() : tab.label;
  return `${tab.group.viewColumn} ${uri}`;
}
