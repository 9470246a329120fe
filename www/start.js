let early = parent !== window && [];
const keep = (event) => early.push(event);
if (early) addEventListener("message", keep);
const find = (selector) => document.querySelector(selector);

const CAUSES = {
  unsupported: [
    "This browser does not run WebAssembly. It is too old, or WebAssembly is switched off, for example by Lockdown Mode or by a policy of your organization.",
    "Open this page in a current version of Edge, Chrome, Firefox or Safari, or ask your administrator to allow WebAssembly for this address.",
  ],
  unreachable: [
    "A file of the program did not arrive.",
    "Check the connection and load the page again. If it happens again, the page was probably just updated or is incomplete: tell the people who host it.",
  ],
  forbidden: [
    "The server's content security policy does not allow WebAssembly.",
    "Tell the people who host this page: the header needs script-src 'self' 'wasm-unsafe-eval', as in the file _headers.",
  ],
  broken: [
    "The program stopped while it was starting.",
    "Load the page again. If it happens again, send the details below to the people who host it.",
  ],
};

function fail(cause, error) {
  const panel = find("#failed");
  if (!panel.hidden) return;
  const words = CAUSES[cause];
  if (words) [find("#failed-why").textContent, find("#failed-fix").textContent] = words;
  find("#failed-details").textContent = `${cause}: ${error}\n${navigator.userAgent}`;
  find("#app").hidden = true;
  panel.hidden = false;
  panel.focus();
}

function stopped(error) {
  if (error instanceof WebAssembly.RuntimeError) fail("stopped", `${error} ${error.stack}`);
}

async function fetched(link) {
  const response = await fetch(link.href, { integrity: link.integrity });
  if (!response.ok) throw new Error(`${new URL(link.href).pathname} answered ${response.status}`);
  return response;
}

async function start() {
  if (typeof WebAssembly !== "object") return fail("unsupported", "no WebAssembly object");
  addEventListener("error", (event) => stopped(event.error));
  addEventListener("unhandledrejection", (event) => stopped(event.reason));
  let script, program;
  try {
    [script, program] = await Promise.all([
      import(find("link[rel=modulepreload]").href),
      fetched(find('link[type="application/wasm"]')),
    ]);
  } catch (error) {
    return fail("unreachable", error);
  }
  find("#boot-state").textContent = "Starting…";
  try {
    const app = find("#app");
    const framed = early && (await import(new URL("frame.js", document.baseURI)));
    if (framed) delete app.dataset.entrada;
    // `cargo xtask build` packs the program and says so by giving its script the way to unpack it.
    const bytes = script.unpack ? script.unpack(new Uint8Array(await program.arrayBuffer())) : program;
    await script.default({ module_or_path: bytes });
    if (framed) {
      const hear = framed.connect(script.framed, app);
      removeEventListener("message", keep);
      early.forEach(hear);
    }
  } catch (error) {
    fail(/unsafe-eval|content security/i.test(String(error)) ? "forbidden" : "broken", error);
  }
}

start();
