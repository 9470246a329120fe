// node prepare.mjs <node_modules> <out>: makes what the journeys of tests/e2e/tests/strangers.rs start.
//
//   <out>/msal/          the page around @azure/msal-browser, bundled
//   <out>/provider.mjs   the OpenID provider, run by Node as it is
//
// The packages stay where they were installed (one folder serves every clone); <out>/node_modules is a link to them.
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [modules, out] = process.argv.slice(2).map((path) => resolve(path));
const here = dirname(fileURLToPath(import.meta.url));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// A junction, because on Windows a link takes rights that people do not have.
symlinkSync(modules, join(out, "node_modules"), "junction");
cpSync(join(here, "msal"), join(out, "source"), { recursive: true });
cpSync(join(here, "provider.mjs"), join(out, "provider.mjs"));

const { build } = await import(pathToFileURL(join(modules, "esbuild", "lib", "main.js")));
await build({
  entryPoints: ["app.js", "redirect.js"].map((file) => join(out, "source", file)),
  outdir: join(out, "msal"),
  bundle: true,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
});
for (const file of ["index.html", "redirect.html"]) cpSync(join(here, "msal", file), join(out, "msal", file));
// The local cloud writes client id and endpoints into it, as into the page's own.
writeFileSync(join(out, "msal", "config.json"), "{}\n");
