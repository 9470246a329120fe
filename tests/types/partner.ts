// What a partner writes against the types of embed.js, and what those types have to refuse. Checked by `cargo xtask test`.
import type { Completed, EntradaSetupElement } from "../../www/embed.js";

const element: EntradaSetupElement = document.createElement("entrada-setup");
element.config = { preset: "magento", theme: { accent: "#0b6a0b" }, patience: 5000, bridge: { kind: "business-central", tenant: "t", environment: "Production" } };
element.addEventListener("entrada-completed", ({ detail }) => {
  const told: Completed = detail;
  console.log(told.environments[0]?.userId);
  // @ts-expect-error it never holds a secret
  console.log(detail.secret);
});
element.addEventListener("entrada-failed", (event) => console.log(event.detail.finding.length));
element.answer({ request: "r", ok: false, error: "refused" });
element.close();
// @ts-expect-error a misspelt option
element.config = { presett: "magento" };
// @ts-expect-error an answer names its request
element.answer({ ok: true });
