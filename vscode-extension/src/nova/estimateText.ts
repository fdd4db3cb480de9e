// What turning the model on would send and cost, as a document for people.
import { capital, count } from "../shared/words";
import { code, facts } from "./markdown";

/** `dbp estimate --json`. */
export interface Estimate {
  model: string;
  files: number;
  contents: number;
  calls: number;
  alreadyPaid: number;
  nothingToAsk: number;
  changedMeanwhile: number;
  withheld: { files: number; reasons: { reason: string; files: number; paths: string[] }[] };
  truncated: number;
  redactions: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  price: { inputUsdPerMillion: number; outputUsdPerMillion: number; date: string; known: boolean };
  minutesAtRate: number;
  daysAtDailyBudget: number;
  exceedsTotalBudget: boolean;
}

const PATHS = 20;

/** The estimate of a folder. */
export function estimateText(estimate: Estimate, folder: string): string {
  return [
    `# What Amazon Nova would cost for ${folder}`,
    "",
    "**Nothing was sent to make this estimate.** Each file was prepared as it would be sent;",
    "tokens and cost are estimates.",
    "",
    ...facts(rows(estimate)),
    "",
    ...withheld(estimate),
  ].join("\n");
}

function rows(estimate: Estimate): [string, string][] {
  const { calls, alreadyPaid, nothingToAsk, truncated, redactions, changedMeanwhile } = estimate;
  const { files } = estimate.withheld;
  const all = count(estimate.files, "file");
  const asked = [
    `${calls.toLocaleString("en-US")} to ask about`,
    `${alreadyPaid.toLocaleString("en-US")} paid for already`,
    `${nothingToAsk.toLocaleString("en-US")} with nothing to ask`,
  ];
  return [
    ["Files", files > 0 ? `${all}, ${files} of them withheld` : all],
    ["Contents", `${estimate.contents.toLocaleString("en-US")}: ${asked.join(", ")}`],
    ...(calls > 0 ? costs(estimate) : ([["Cost", "nothing: there is nothing to ask"]] as const)),
    ...(truncated > 0 ? [["In part", `${count(truncated, "file")} would be shown in part`]] : []),
    ...(redactions > 0
      ? [["Blacked out", `${count(redactions, "possible secret")} would be blacked out`]]
      : []),
    ...(changedMeanwhile > 0
      ? [["Not counted", `${count(changedMeanwhile, "file")} changed meanwhile`]]
      : []),
  ] as [string, string][];
}

function costs(estimate: Estimate): [string, string][] {
  const { price, minutesAtRate, daysAtDailyBudget, inputTokens, outputTokens } = estimate;
  const known = price.known ? "" : "; the model has no price, so this is the dearest of the list";
  const minutes = Math.round(minutesAtRate);
  const found: [string, string][] = [
    ["Model", estimate.model],
    ["Tokens", `about ${count(inputTokens, "token")} in, ${count(outputTokens, "token")} out`],
    ["Cost", `about ${dollars(estimate.costUsd)} at the prices of ${price.date}${known}`],
    ["Time", minutes >= 1 ? `at least ${count(minutes, "minute")}` : "perhaps under a minute"],
  ];
  if (daysAtDailyBudget > 1) {
    found.push(["Daily budget", `spreads it over ${daysAtDailyBudget} days`]);
  }
  if (estimate.exceedsTotalBudget) {
    found.push(["Total budget", "is spent before all files are asked about"]);
  }
  return found;
}

/** A price with two digits that tell something. */
export function dollars(usd: number): string {
  if (usd > 0 && usd < 0.0001) {
    return "less than 0.0001 USD";
  }
  return `${usd.toFixed(usd < 1 ? 4 : 2)} USD`;
}

function withheld(estimate: Estimate): string[] {
  const { files, reasons } = estimate.withheld;
  if (files === 0) {
    return ["No file is withheld.", ""];
  }
  const lines = ["## What is withheld, and why", ""];
  for (const { reason, files: many, paths } of reasons) {
    lines.push(`${capital(reason)}: ${count(many, "file")}`, "");
    lines.push(...paths.slice(0, PATHS).map((path) => `- ${code(path)}`));
    if (paths.length > PATHS) {
      lines.push(`- … and ${paths.length - PATHS} more`);
    }
    lines.push("");
  }
  return lines;
}
