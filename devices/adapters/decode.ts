/** `npm run decode -- FILE`: runs a file of vectors through the adapters and says where they differ. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { AdapterEvent } from './adapter.ts';
import { adapters } from './adapters.ts';

const expectSchema = z.looseObject({
  type: z.string(),
  alsoTypes: z.array(z.string()).nullish(),
  deviceId: z.string().nullish(),
  batteryPct: z.number().nullable().optional(),
  occurredAt: z.string().nullable().optional(),
  location: z
    .looseObject({ lat: z.number().nullish(), lon: z.number().nullish(), valid: z.boolean().nullish() })
    .nullish(),
});

const vectorSchema = z.looseObject({
  topic: z.string().nullish(),
  payload: z.union([z.string(), z.unknown().transform((value) => JSON.stringify(value))]),
  encoding: z.enum(['utf8', 'ascii', 'latin1', 'hex', 'base64', 'base64url']).nullish(),
  context: z
    .looseObject({
      baseTopic: z.string().optional(),
      model: z.string().optional(),
      actionMap: z.record(z.string(), z.string()).optional(),
    })
    .nullish(),
  expect: expectSchema,
});

/** Only these two are needed to say that there is no adapter yet. */
const namedSchema = z.looseObject({ id: z.string(), adapter: z.string() });
export type NamedVector = z.infer<typeof namedSchema>;

export interface VectorResult {
  id: string;
  outcome: 'passed' | 'failed' | 'skipped';
  /** One entry for each thing that differs: `type: expected sos, got button`. */
  differences: string[];
}

/** Reads a vector file's text; throws a `SyntaxError` or a `ZodError` when it is none. */
export function readVectors(text: string): NamedVector[] {
  return z.array(namedSchema).parse(JSON.parse(text));
}

/** Decodes each vector and compares `type`, `alsoTypes` where present, `deviceId`, `batteryPct`, `occurredAt`, `location`. */
export function runVectors(vectors: readonly NamedVector[]): VectorResult[] {
  return vectors.map((named) => {
    const { id } = named;
    const adapter = Object.hasOwn(adapters, named.adapter) ? adapters[named.adapter] : undefined;
    if (!adapter) return { id, outcome: 'skipped', differences: [] };
    const parsed = vectorSchema.safeParse(named);
    if (!parsed.success)
      return { id, outcome: 'failed', differences: [`not a vector: ${z.prettifyError(parsed.error)}`] };
    const { topic, payload, encoding, context, expect } = parsed.data;
    const bytes = new Uint8Array(Buffer.from(payload, encoding ?? 'utf8'));
    const differences = compare(
      expect,
      adapter.decode({ topic: topic ?? '', payload: bytes, receivedAt: 0, ...(context && { context }) })[0],
    );
    return { id, outcome: differences.length === 0 ? 'passed' : 'failed', differences };
  });
}

function compare(expected: z.infer<typeof expectSchema>, got: AdapterEvent | undefined): string[] {
  const differences: string[] = [];
  const check = (name: string, want: unknown, have: unknown): void => {
    if (want !== have) differences.push(`${name}: expected ${String(want)}, got ${String(have)}`);
  };
  check('type', expected.type, got?.type);
  if (expected.alsoTypes)
    check('alsoTypes', expected.alsoTypes.toSorted().join(), (got?.alsoTypes ?? []).toSorted().join());
  if (expected.deviceId != null) check('deviceId', expected.deviceId, got?.deviceName);
  if (expected.batteryPct !== undefined) check('batteryPct', expected.batteryPct, got?.battery);
  if (expected.occurredAt !== undefined) check('occurredAt', instant(expected.occurredAt), instant(got?.at ?? null));
  if (expected.location)
    check(
      'location',
      place(expected.location.valid === false ? null : expected.location),
      place(got?.location ?? null),
    );
  return differences;
}

function instant(time: string | number | null): string | null {
  if (time === null) return null;
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

/** Six decimals are 0.1 m, finer than any device and coarser than rounding errors. */
function place(location: { lat?: number | null | undefined; lon?: number | null | undefined } | null): string {
  return location ? `${((location.lat ?? NaN) + 0).toFixed(6)},${((location.lon ?? NaN) + 0).toFixed(6)}` : 'none';
}

function main(file: string | undefined): number {
  if (file === undefined) {
    process.stderr.write('npm run decode -- FILE\n');
    return 2;
  }
  let vectors: NamedVector[];
  try {
    // npm runs in the package's folder; the name was typed where the person stands.
    vectors = readVectors(readFileSync(resolve(process.env['INIT_CWD'] ?? '.', file), 'utf8'));
  } catch (error) {
    process.stderr.write(
      `${file}: ${error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error)}\n`,
    );
    return 2;
  }
  const results = runVectors(vectors);
  for (const { id, differences } of results)
    if (differences.length > 0) process.stdout.write(`${id}: ${differences.join('; ')}\n`);
  const count = (outcome: VectorResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  process.stdout.write(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`);
  return count('failed') > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = main(process.argv[2]);
