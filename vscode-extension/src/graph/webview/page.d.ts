declare module "*.css";

interface Host {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** Given by VS Code, once. */
declare function acquireVsCodeApi(): Host;
