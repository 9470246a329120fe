// Entrada inside a partner's page: <entrada-setup>. A classic script, so that it can be loaded from another origin without any
// header, and so that it knows where it came from. It frames Entrada's own origin, greets it, passes on what was set, and
// tells what happens there as events. It never sees a token; a secret only when config.json names this page's origin and the
// person presses the button that says so. Types: embed.d.ts. Guide: docs/embedding.md.
{
  const VERSION = 1;
  const home = document.currentScript && new URL("../", document.currentScript.src);
  const OPTIONS = ["lang", "preset", "tenant", "environment", "company"];
  const THEME = { accent: "accent", accentText: "accent-text", surface: "surface", text: "text", radius: "radius", font: "font" };
  const TYPES = ["ready", "resized", "plan-ready", "step-changed", "completed", "blocked", "failed", "closed", "credential", "bridge-request"];

  class EntradaSetup extends HTMLElement {
    #config = {};
    #frame; #origin; #id; #said; #heard; #patience;

    /** Everything that attributes cannot say, and what should win over them. */
    get config() { return this.#config; }
    set config(config) { this.#config = config ?? {}; }

    connectedCallback() {
      // Set before this script arrived, it would hide the property of the class.
      if (Object.hasOwn(this, "config")) {
        const { config } = this;
        delete this.config;
        this.config = config;
      }
      const src = new URL(this.#config.src ?? this.getAttribute("src") ?? home ?? "", document.baseURI);
      this.#origin = src.origin;
      const frame = this.#frame = document.createElement("iframe");
      frame.title = this.#config.title ?? this.getAttribute("title") ?? "Entrada";
      frame.allow = "clipboard-write";
      frame.style.cssText = "display:block;width:100%;min-height:30rem;border:0;color-scheme:inherit";
      frame.addEventListener("load", this.#greet);
      addEventListener("message", this.#hear);
      frame.src = src;
      (this.shadowRoot ?? this.attachShadow({ mode: "open" })).replaceChildren(frame);
    }

    disconnectedCallback() {
      removeEventListener("message", this.#hear);
      clearTimeout(this.#patience);
      this.#frame?.remove();
      this.#frame = this.#id = undefined;
    }

    /** Answers a `bridge-request`. */
    answer(answer) { this.#say({ ...answer, type: "bridge-answer" }); }

    /** Lets Entrada forget what it holds; `closed` follows, and then the frame is gone. */
    close() { this.#say({ type: "close" }); }

    #say(message) {
      // A frame that left for another origin does not get it.
      if (this.#id) this.#frame.contentWindow.postMessage({ ...message, entrada: VERSION, id: this.#id, seq: ++this.#said }, this.#origin);
    }

    #options() {
      const options = {};
      for (const name of OPTIONS) {
        const value = this.#config[name] ?? this.getAttribute(name);
        if (value != null) options[name] = String(value);
      }
      const style = getComputedStyle(this), theme = {};
      for (const [name, property] of Object.entries(THEME)) {
        const value = this.#config.theme?.[name] ?? style.getPropertyValue("--entrada-" + property).trim();
        if (value) theme[name] = String(value);
      }
      if (Object.keys(theme).length) options.theme = theme;
      if (this.#config.bridge) options.bridge = { ...this.#config.bridge };
      return options;
    }

    // Each load is a program of its own, so it gets an identity of its own.
    #greet = () => {
      this.#id = crypto.randomUUID();
      this.#said = this.#heard = 0;
      this.#say({ type: "hello", options: this.#options() });
      clearTimeout(this.#patience);
      const id = this.#id;
      this.#patience = setTimeout(() => this.#heard || this.#tell("failed", { version: VERSION, type: "failed", id, finding: "no_answer" }), this.#config.patience ?? 20000);
    };

    #hear = ({ source, origin, data }) => {
      if (!this.#id || source !== this.#frame.contentWindow || origin !== this.#origin) return;
      if (data?.entrada !== VERSION || data.id !== this.#id || !(data.seq > this.#heard) || !TYPES.includes(data.type)) return;
      this.#heard = data.seq;
      const { entrada: version, seq, ...detail } = data;
      if (detail.type === "resized") this.#frame.style.height = Math.min(detail.height, 20000) + "px";
      this.#tell(detail.type, { version, ...detail });
    };

    // On the next tick, so that a listener that throws or removes the element meets nothing half done.
    #tell(type, detail) {
      setTimeout(() => {
        if (this.#id !== detail.id) return;
        // Who listens higher up is not meant to see a secret.
        this.dispatchEvent(new CustomEvent("entrada-" + type, { detail, bubbles: type !== "credential" }));
        if (type === "closed") this.disconnectedCallback();
      });
    }
  }

  customElements.get("entrada-setup") || customElements.define("entrada-setup", EntradaSetup);
}
