// The pipe between the page around this frame and the program. It decides nothing: who may speak, and who is told what, is
// judged in src/flow/host.rs. Loaded by start.js, in frames only.

/** Begins the program in `app`, passes everything on both ways, and returns what takes an earlier message. */
export function connect(framed, app) {
  const say = framed(app, ({ to, data }) => parent.postMessage(data, to));
  // Only the page around is a host: not its other frames, not a window that this one opened.
  const hear = (event) => event.source === parent && say({ from: event.origin, data: event.data });
  addEventListener("message", hear);
  // The line that only screen readers hear lies a pixel below everything else: every frame would have a scroll bar for it.
  Object.assign(app.style, { position: "relative", overflow: "clip" });
  new ResizeObserver(() => say({ height: Math.ceil(app.getBoundingClientRect().height) })).observe(app);
  return hear;
}
