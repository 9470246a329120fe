// What Entrada and the page around it say to each other, version 1. The element of embed.js and the module share these types;
// tests/embed.rs holds them against src/embed/.

/** Choices to begin with. They preselect; client id, endpoints and origins come from config.json alone. */
export interface SetupOptions {
  /** One of the languages of config.json. */
  lang?: string;
  /** Id of an integration. */
  preset?: string;
  /** Domain or id of the tenant to sign in to. */
  tenant?: string;
  /** Name of an environment. */
  environment?: string;
  /** Name of a company; all when left out. */
  company?: string;
  /** Colours, corner and font. */
  theme?: Theme;
  /** What a Business Central page offers to do itself. */
  bridge?: Bridge;
}

/** Colours are `#rgb`, `#rrggbb`, or three numbers in `rgb()`, `hsl()` or `oklch()`; what is something else is not used, and Entrada says so. */
export interface Theme {
  accent?: string;
  accentText?: string;
  surface?: string;
  text?: string;
  /** `0`, or a number of `px`, `rem` or `em`. */
  radius?: string;
  /** Names of fonts with commas between. */
  font?: string;
}

export interface Bridge {
  kind: "business-central";
  version?: string;
  /** Id of the tenant it runs in; the bridge serves the person only there. */
  tenant: string;
  environment: string;
  company?: string;
}

/** What every event carries. */
interface Told<Type extends string> {
  version: 1;
  type: Type;
  /** The instance it came from; new with every load of the frame. */
  id: string;
}

/** The greeting was accepted; nothing is told before. */
export interface Ready extends Told<"ready"> {
  language: string;
}

/** The content has another height. The element follows it by itself. */
export interface Resized extends Told<"resized"> {
  height: number;
}

/** A plan is on the screen and nothing is written yet. */
export interface PlanReady extends Told<"plan-ready"> {
  changes: number;
  keeps: number;
  environments: string[];
}

/** A step of the run is in another state, or at another attempt. */
export interface StepChanged extends Told<"step-changed"> {
  /** A stable word: `application`, `service-principal`, `consent`, `record`, `permission-set`, `secret`, … */
  step: string;
  /** Its place in the run: several steps may bear one word. */
  index: number;
  /** Its environment; left out for what the tenant has once. */
  lane?: string;
  state: "pending" | "running" | "waiting" | "asking" | "done" | "failed" | "stopped";
  attempts: number;
}

/** The run is over and something was set up, or taken back. Never a secret. */
export interface Completed extends Told<"completed"> {
  outcome: "complete" | "partial" | "undone";
  clientId?: string;
  tenantId: string;
  applicationObjectId?: string;
  environments: { name: string; outcome: "complete" | "partial" | "nothing" | "undone"; userId?: string }[];
  /** When the new secret ends, RFC 3339. */
  expires?: string;
}

/** A person has to do something before it goes on. */
export interface Blocked extends Told<"blocked"> {
  /** A code of docs/errors.md. */
  finding: string;
  /** Where it lies: a notice on the page, a check before the plan, a step of the run. */
  by: "notice" | "check" | "step" | "popup";
}

/** Nothing was set up, or Entrada cannot work here. */
export interface Failed extends Told<"failed"> {
  /** A code of docs/errors.md; `stopped` when the person stopped; `no_answer` when nothing in the frame answers. */
  finding: string;
}

/** The answer to a close. */
export interface Closed extends Told<"closed"> {}

/** The credential: only when config.json allows this page's origin and the person pressed the button that names it. */
export interface Credential extends Told<"credential"> {
  clientId: string;
  tenantId: string;
  secret: string;
  expires?: string;
  scope: string;
  tokenUrl: string;
}

/** Work for a Business Central page that offered a bridge. */
export interface BridgeRequest extends Told<"bridge-request"> {
  request: string;
  action: "look" | "register" | "disable" | "remove" | "permissions";
  clientId: string;
  /** Of the record that is to be made. */
  description?: string;
  contact?: string;
  permissionSets?: { roleId: string; appId: string; scope: string; company: string }[];
  environment: string;
}

export type EntradaEvent =
  | Ready | Resized | PlanReady | StepChanged | Completed | Blocked | Failed | Closed | Credential | BridgeRequest;

/** What came of a {@link BridgeRequest}. */
export type BridgeAnswer =
  | { request: string; ok: true; userId?: string; recordId?: string; state?: string; created?: boolean }
  | { request: string; ok: false; error: string; code?: string };

/** What a page says that has mounted the program. */
export type HostMessage = ({ type: "bridge-answer" } & BridgeAnswer) | { type: "close" };
