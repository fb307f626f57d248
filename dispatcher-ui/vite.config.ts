import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const FIELD_PAGE = join(import.meta.dirname, 'src/field/field-page.tsx');
const ENTRIES = {
  main: join(import.meta.dirname, 'index.html'),
  sw: fileURLToPath(new URL('./src/field/sw.ts', import.meta.url)),
};

/** Writes into `sw.js` which files `/field` is made of, so that it opens without a network; another build is another version. */
function fieldShell(): Plugin {
  return {
    name: 'field-shell',
    generateBundle(_options, bundle) {
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') throw new Error('sw.js was not built');
      const files = new Set<string>();
      const take = (name: string): void => {
        const chunk = bundle[name];
        if (chunk?.type !== 'chunk' || files.has(name)) return;
        files.add(name);
        for (const css of chunk.viteMetadata?.importedCss ?? []) files.add(css);
        for (const file of chunk.viteMetadata?.importedAssets ?? []) files.add(file);
        chunk.imports.forEach(take);
      };
      for (const [name, chunk] of Object.entries(bundle))
        if (chunk.type === 'chunk' && (chunk.name === 'main' || chunk.facadeModuleId === FIELD_PAGE)) take(name);
      const list = [...files].map((name) => `/${name}`).toSorted();
      if (list.length < 3) throw new Error('the files of /field were not found');
      const version = createHash('sha256').update(list.join()).digest('hex').slice(0, 12);
      worker.code = worker.code.replace('__SHELL__', JSON.stringify({ version, files: [...list, '/favicon.svg'] }));
    },
  };
}

/** `npx vite build dispatcher-ui` → dispatcher-ui/dist, served by the platform itself (no other origin is ever contacted). */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), fieldShell()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // An inlined data: URL would need a looser content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: ENTRIES,
      output: { entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
});
