// Types of <entrada-setup>. With TypeScript: `import type {} from ".../v1/embed.d.ts"`, or name the file in `types`.
import type {
  Blocked, BridgeAnswer, BridgeRequest, Closed, Completed, Credential, Failed, PlanReady, Ready, Resized, SetupOptions, StepChanged,
} from "./contract.js";

export * from "./contract.js";

/** What the property `config` takes. It wins over attributes, attributes win over defaults, and only what was set is passed on. */
export interface EntradaConfig extends SetupOptions {
  /** Address of the Entrada page. Default: the folder above the one embed.js came from. */
  src?: string;
  /** Accessible name of the frame. Default: `Entrada`. */
  title?: string;
  /** Milliseconds without an answer after the frame's load until `entrada-failed` says `no_answer`. Default: 20000. */
  patience?: number;
}

/** Attributes: `src`, `lang`, `preset`, `tenant`, `environment`, `company`, `title`. Read when the element enters the page. */
export interface EntradaSetupElement extends HTMLElement {
  config: EntradaConfig;
  /** Answers an `entrada-bridge-request`. */
  answer(answer: BridgeAnswer): void;
  /** Lets Entrada forget what it holds; `entrada-closed` follows, and then the frame is gone. */
  close(): void;
  addEventListener<Type extends keyof EntradaEventMap>(
    type: Type, listener: (this: EntradaSetupElement, event: EntradaEventMap[Type]) => void, options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
}

/** All events bubble, but for the credential. */
export interface EntradaEventMap {
  "entrada-ready": CustomEvent<Ready>;
  "entrada-resized": CustomEvent<Resized>;
  "entrada-plan-ready": CustomEvent<PlanReady>;
  "entrada-step-changed": CustomEvent<StepChanged>;
  "entrada-completed": CustomEvent<Completed>;
  "entrada-blocked": CustomEvent<Blocked>;
  "entrada-failed": CustomEvent<Failed>;
  "entrada-closed": CustomEvent<Closed>;
  "entrada-credential": CustomEvent<Credential>;
  "entrada-bridge-request": CustomEvent<BridgeRequest>;
}

declare global {
  interface HTMLElementTagNameMap {
    "entrada-setup": EntradaSetupElement;
  }
}
