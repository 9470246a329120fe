import init, { mount, type EntradaEvent } from "entrada";
import wasm from "entrada/entrada_bg.wasm?url";
import "entrada/entrada.css";

const place = document.querySelector<HTMLDivElement>("#setup")!;
const state = document.querySelector<HTMLParagraphElement>("#state")!;

function hear(event: EntradaEvent): void {
  switch (event.type) {
    case "ready":
      state.textContent = "Set up access below.";
      break;
    case "completed":
      state.textContent = `${event.outcome}: client id ${event.clientId} in tenant ${event.tenantId}`;
      break;
    case "failed":
      state.textContent = `Not set up: ${event.finding}`;
      break;
  }
}

await init({ module_or_path: wasm });
const page = mount(place, { base: "/entrada/", options: { preset: "magento" }, onEvent: hear });
addEventListener("pagehide", () => page.unmount());
