import { defineConfig } from "vite";

export default defineConfig({
  build: { target: "esnext" }, // top-level await
  optimizeDeps: { exclude: ["entrada"] }, // its program lies beside it
});
