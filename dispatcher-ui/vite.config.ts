import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `npx vite build dispatcher-ui` → dispatcher-ui/dist, served by the platform itself (no other origin is ever contacted). */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // An inlined data: URL would need a looser content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
});
