// What the page of the graph has around it: style sheets of the bundler, and VS Code.
declare module "*.css";

/** What a page can do with VS Code: talk to its panel, and keep a state that outlives it. */
interface Host {
  /** Sends something that JSON can say to the panel. */
  postMessage(message: unknown): void;
  /** Gives what was kept last, by an earlier page too; undefined when nothing was. */
  getState(): unknown;
  /** Keeps something that JSON can say, while the page is hidden and over a reload. */
  setState(state: unknown): void;
}

/** Given by VS Code, once. */
declare function acquireVsCodeApi(): Host;
