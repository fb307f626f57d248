/** `npm run check:architecture`: prints every breach of the rules, and the longest functions to look at. */
import { fileURLToPath } from 'node:url';
import { longFunctions } from './code.ts';
import { RULES } from './rules.ts';
import { describeBreach, readTree } from './tree.ts';

const tree = readTree(fileURLToPath(new URL('../..', import.meta.url)));
const breaches = RULES.flatMap((rule) => rule(tree));
for (const breach of breaches) console.log(describeBreach(breach));
const long = longFunctions(tree);
if (long.length > 0)
  console.log(
    `to look at: ${long.length} functions over 60 lines, such as ${long.slice(0, 5).map(describeBreach).join('; ')}`,
  );
console.log(
  breaches.length === 0
    ? `architecture: ${tree.files.size} files keep every rule`
    : `architecture: ${breaches.length} breaches`,
);
if (breaches.length > 0) process.exitCode = 1;
