/** `npm run device`: one box, or a fleet, from the command line. Prints what the box says. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { deviceIdSchema, EVENT_TYPES, type Ack } from '#contracts/device.ts';
import { fileStore } from './box-store.ts';
import { createBox } from './box.ts';
import { createFleet, type FleetDevice } from './fleet.ts';

const USAGE = `npm run device -- --id ID --press TYPE [options]     one box
npm run device -- --fleet N [options]                N boxes of the demo city that press now and then

  --press TYPE   sos, fall, medical, service, family, cancel, check_in, … (any type of the protocol)
  --secret S     default: the device's secret in DATA_DIR/demo.json
  --lane L       default: first hex digit of SHA-256 of the id
  --url URL      default: MQTT_URL, or mqtt://HOST:MQTT_PORT
  --count N      so many presses, --every S seconds apart (default 1, and 2 s)
  --key K --battery PERCENT --test                   what the press carries
  --silent       nobody speaks when the platform opens the line
  --once         ends when the platform has received every press; otherwise when the incident is resolved, or with Ctrl-C
`;

const count = (least: number) =>
  z.coerce.number({ error: 'a whole number' }).int('a whole number').min(least, `a whole number from ${least}`);
const argumentsSchema = z
  .object({
    id: deviceIdSchema.optional(),
    press: z.string().min(1).max(64).optional(),
    secret: z.string().optional(),
    lane: z
      .string()
      .regex(/^[0-9a-f]$/, 'one of 0–9 a–f')
      .optional(),
    url: z
      .string()
      .refine((value) => URL.canParse(value), 'a URL such as mqtt://127.0.0.1:1883')
      .optional(),
    count: count(1).default(1),
    every: z.coerce.number({ error: 'seconds' }).min(0).default(2),
    key: z.string().max(32).optional(),
    battery: z.coerce.number({ error: 'percent' }).min(0).max(100).optional(),
    fleet: count(1).optional(),
    test: z.boolean().default(false),
    silent: z.boolean().default(false),
    once: z.boolean().default(false),
  })
  .refine(
    (given) => given.fleet !== undefined || (given.id !== undefined && given.press !== undefined),
    '--id and --press, or --fleet, are needed',
  );
type Arguments = z.infer<typeof argumentsSchema>;

const demoSchema = z.looseObject({
  devices: z.array(z.looseObject({ id: z.string(), secret: z.string(), lane: z.string(), resident: z.unknown() })),
});

const KEYS: Readonly<Record<string, string>> = {
  sos: 'red',
  medical: 'red',
  service: 'green',
  check_in: 'green',
  family: 'family',
  cancel: 'fine',
};

function readArguments(argv: string[]): Arguments | string {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        id: text,
        press: text,
        secret: text,
        lane: text,
        url: text,
        count: text,
        every: text,
        key: text,
        battery: text,
        fleet: text,
        test: flag,
        silent: flag,
        once: flag,
      },
    });
    const parsed = argumentsSchema.safeParse(values);
    return parsed.success
      ? parsed.data
      : parsed.error.issues
          .map((issue) => `${issue.path.length > 0 ? `--${issue.path.join('.')}: ` : ''}${issue.message}`)
          .join('\n');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `MQTT_URL`, or the embedded broker's place by the variables of the platform. */
function brokerUrl(): string {
  return (
    process.env['MQTT_URL'] || `mqtt://${process.env['HOST'] || '127.0.0.1'}:${process.env['MQTT_PORT'] || '1883'}`
  );
}

function dataDir(): string {
  return resolve(process.env['DATA_DIR'] || '.data');
}

function demoDevices(): FleetDevice[] | string {
  const path = join(dataDir(), 'demo.json');
  if (!existsSync(path)) return `${path} is not there: start the demo once (npm start), set DATA_DIR, or give --secret`;
  const parsed = demoSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return parsed.success ? parsed.data.devices : `${path}: ${z.prettifyError(parsed.error)}`;
}

function print(line: string): void {
  process.stdout.write(`${new Date().toLocaleTimeString('sv-SE')}  ${line}\n`);
}

/** Resolves with the exit code: 0 done, 1 refused by the broker. */
function runBox(given: Arguments, device: FleetDevice): Promise<number> {
  const { promise, resolve: finish } = Promise.withResolvers<number>();
  const type = given.press!;
  const key = given.key ?? KEYS[type];
  const waiting = new Set<string>();
  const open = new Set<string>();
  let left = given.count;
  const maybeDone = (): void => {
    if (left === 0 && box.unsent().length === 0 && (given.once || open.size === 0)) finish(0);
  };
  const heard = (ack: Ack): void => {
    const mine = ack.event !== null && waiting.delete(ack.event);
    if (mine) print(`received${ack.incident === null ? ', kept: no incident' : `, incident ${ack.incident}`}`);
    if (ack.incident !== null) {
      if (ack.stage === 'resolved' || ack.stage === 'cancelled') open.delete(ack.incident);
      else if (mine || open.has(ack.incident)) open.add(ack.incident);
    }
    setImmediate(maybeDone);
  };
  const box = createBox({
    ...device,
    mqttUrl: given.url ?? brokerUrl(),
    store: fileStore(join(dataDir(), 'boxes', `${device.id}.jsonl`)),
    voiceOn: !given.silent,
    heard,
    speak: (say, ack) => print(`「${say}」${ack ? `  ${ack.stage}` : ''}`),
    told: (command) => print(`command ${command.command}`),
    line: (state, reason) => {
      if (state !== 'down' || reason !== '') print(`line ${state}${reason && `: ${reason}`}`);
      if (state === 'refused') finish(1);
    },
  });
  const kept = box.unsent().length;
  if (kept > 0) print(`${kept} kept press${kept === 1 ? '' : 'es'} of before will be sent too`);
  if (!Object.hasOwn(EVENT_TYPES, type))
    print(`"${type}" is no type of the protocol: the platform reads it as alarm_unspecified`);
  box.start();
  const press = (): void => {
    left -= 1;
    const event = box.press(type, {
      ...(key !== undefined && { key }),
      ...(given.battery !== undefined && { battery: given.battery }),
      ...(given.test && { test: true }),
    });
    waiting.add(event.id);
    print(`pressed ${type}${key === undefined ? '' : ` (${key})`}  ${event.id}`);
    if (left > 0) setTimeout(press, given.every * 1000);
  };
  press();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => finish(0));
  return promise.then(async (code) => {
    const unsent = box.unsent().length;
    if (unsent > 0)
      print(`${unsent} press${unsent === 1 ? ' is' : 'es are'} not received yet and kept for the next time`);
    await box.stop();
    return code;
  });
}

async function runFleet(size: number, given: Arguments, devices: readonly FleetDevice[]): Promise<number> {
  const fleet = createFleet({
    devices: devices.slice(0, size),
    mqttUrl: given.url ?? brokerUrl(),
    meanPressMs: 30_000,
    pressed: (device, event) => print(`${device} pressed ${event.type}`),
    speak: (device, say) => print(`${device} 「${say}」`),
  });
  print(`${fleet.boxes().length} boxes; Ctrl-C ends`);
  fleet.start();
  await new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
  await fleet.stop();
  return 0;
}

async function main(): Promise<number> {
  const given = readArguments(process.argv.slice(2));
  if (typeof given === 'string') {
    process.stderr.write(`${given}\n\n${USAGE}`);
    return 2;
  }
  if (given.fleet === undefined && given.secret !== undefined) {
    const lane = given.lane ?? createHash('sha256').update(given.id!).digest('hex').charAt(0);
    return runBox(given, { id: given.id!, secret: given.secret, lane });
  }
  const devices = demoDevices();
  if (typeof devices === 'string') {
    process.stderr.write(`${devices}\n`);
    return 2;
  }
  if (given.fleet !== undefined) return runFleet(given.fleet, given, devices);
  const device = devices.find((one) => one.id === given.id);
  if (!device) {
    process.stderr.write(
      `${given.id} is not in ${join(dataDir(), 'demo.json')}: give --secret, or take one of ${devices
        .slice(0, 3)
        .map((one) => one.id)
        .join(', ')}, …\n`,
    );
    return 2;
  }
  return runBox(given, { ...device, lane: given.lane ?? device.lane });
}

process.exitCode = await main();
