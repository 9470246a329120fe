// A page without an origin of its own cannot load its program: scripts that are modules are asked for across origins, and no
// server allows that to nobody in particular. Plain scripts still run, so this one says why nothing happens. It is so in a frame
// with `sandbox` and without `allow-same-origin` (sign-in.md 3.4), and where the page was opened from a disk.
if (self.origin === "null") {
  const show = (id, text) => (document.getElementById(id).textContent = text);
  document.getElementById("app").hidden = true;
  document.getElementById("failed").hidden = false;
  show("failed-why", "The page stands in a frame that takes its origin away, or was opened from a file. Without an origin the browser loads no program and no sign-in can come back.");
  show("failed-fix", "Open the page in a window of its own. Whoever made the page around it: the frame's sandbox needs allow-same-origin beside allow-scripts (docs/hosting.md), or no sandbox at all.");
  show("failed-details", `origin: null\n${location.protocol}//${location.host}\n${navigator.userAgent}`);
}
