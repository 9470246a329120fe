// The pipe between the page around this frame and the program. It decides nothing: who may speak, and who is told what, is
// judged in src/flow/host.rs. Loaded by start.js, in frames only.

/** Mounts the program in `app`, passes everything on both ways, and returns what takes an earlier message. */
export function connect(mount, app) {
  const page = mount(app, { frame: true, onEvent: ({ to, data }) => parent.postMessage(data, to) });
  // Only the page around is a host: not its other frames, not a window that this one opened.
  const hear = (event) => event.source === parent && page.send({ from: event.origin, data: event.data });
  addEventListener("message", hear);
  // The line that only screen readers hear lies a pixel below everything else: every frame would have a scroll bar for it.
  Object.assign(app.style, { position: "relative", overflow: "clip" });
  new ResizeObserver(() => page.send({ height: Math.ceil(app.getBoundingClientRect().height) })).observe(app);
  return hear;
}
