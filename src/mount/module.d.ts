/** What `mount` takes. */
export interface MountOptions {
  /** Is told everything that happens, in order, each after the work at hand. */
  onEvent?: (event: EntradaEvent) => void;
  /** Folder of the files that come with the module (redirect.html, relay.html, text/, config.json), on the page's own origin.
   *  Default: the folder of the document. */
  base?: string;
  /** The configuration, as in config.json. Default: config.json in `base`. */
  config?: Record<string, unknown>;
  /** Choices to begin with, and how the page looks. */
  options?: SetupOptions;
}
