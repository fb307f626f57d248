import { docstrings, fileSizes, passedClock, pureCore } from './code.ts';
import { circles, importOrder } from './imports.ts';
import { execScripts, lockedMajors } from './packages.ts';
import { noServerTime, noSqlInCode, oneWriter, ownedTables, statementNames } from './sql.ts';
import type { Rule } from './tree.ts';

/** Every rule that needs nothing but the files. What needs a database is in prepare.ts. */
export const RULES: readonly Rule[] = [
  importOrder,
  circles,
  pureCore,
  passedClock,
  docstrings,
  fileSizes,
  ownedTables,
  oneWriter,
  statementNames,
  noServerTime,
  noSqlInCode,
  lockedMajors,
  execScripts,
];
