/** `npm run broker -- --out DIR`: writes what makes a Mosquitto the platform's broker, and prints its MQTT_URL. */
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { mosquittoAcl, mosquittoConfig, mosquittoPasswords } from '#devices/broker/mosquitto.ts';
import { type Config, readConfig } from '#platform/config.ts';
import { createDatabase } from '#platform/database.ts';
import { MAX_PACKET_BYTES } from '#platform/embedded-broker.ts';
import { readEngines } from '#platform/engines-file.ts';
import { createLog } from '#platform/log.ts';
import { migrate } from '#platform/migrate.ts';
import {
  ADAPTER_USER,
  BRIDGE_RULES,
  BRIDGE_USERS,
  DEVICE_RULES,
  gatewayRules,
  isReservedId,
} from '#platform/mqtt-access.ts';
import {
  type DeviceCredential,
  type GatewayCredential,
  listDeviceCredentials,
  listGatewayCredentials,
} from '#registry/credentials.ts';
import { hashDeviceSecret } from '#registry/device-secret.ts';

const USAGE = `npm run broker -- --out DIR [--user NAME]
  --out   folder for mosquitto.conf, passwd and acl; may exist, its files are written anew, the bridge's secret is kept
  --user  whom a Mosquitto started by root becomes (default: mosquitto where it can enter DIR, else the owner of DIR's files)
Reads the devices from DATABASE_URL, or from the platform that runs on DATA_DIR. HOST, MQTT_PORT and MQTT_WS_PORT are the
listeners. An MQTT_URL that is set gives the bridge's secret. Prints MQTT_URL=… for the platform's environment.`;

/** A mistake of the caller: exit code 2. */
class UsageError extends Error {}

/** Nothing in it may break the lines of the files. */
const SAFE_NAME = /^[A-Za-z0-9_.@-]{1,64}$/;
const SAFE_HASH = /^\$7\$\d+\$[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+$/;
const CONTROL = /\p{Cc}/u;

try {
  await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function main(): Promise<void> {
  const { dir, user } = readArguments();
  const config = configuration();
  const { devices, gateways } = await readCredentials(config);
  mkdirSync(path.join(dir, 'data'), { recursive: true, mode: 0o755 });
  const owner = chooseOwner(dir, user);
  const secret = bridgeSecret(dir, config);
  const bridges = [...BRIDGE_USERS, ADAPTER_USER];
  const users = [
    ...bridges.map((name) => ({ name, hash: hashDeviceSecret(secret) })),
    ...gateways.map(({ username, secretHash }) => ({ name: username, hash: secretHash })),
    ...devices.map(({ id, secretHash }) => ({ name: id, hash: secretHash })),
  ];
  const rules = [
    ...bridges.map((name) => ({ name, rules: BRIDGE_RULES })),
    ...gateways.map(({ username, topics }) => ({ name: username, rules: gatewayRules(topics) })),
  ];
  const { host, mqttPort: port, mqttWsPort: wsPort } = config;
  write(path.join(dir, 'passwd'), mosquittoPasswords(users), 0o600, owner);
  write(path.join(dir, 'acl'), mosquittoAcl(DEVICE_RULES, rules), 0o600, owner);
  write(
    path.join(dir, 'mosquitto.conf'),
    mosquittoConfig({ dir, host, port, wsPort, user: owner.name, maxPacketBytes: MAX_PACKET_BYTES }),
    0o644,
    owner,
  );
  giveData(path.join(dir, 'data'), owner);
  process.stderr.write(
    `${devices.length} devices, ${gateways.length} gateways and the bridge written to ${dir}\n` +
      `start:  mosquitto -c ${dir}/mosquitto.conf\nreload: kill -HUP $(cat ${dir}/data/mosquitto.pid)\n`,
  );
  const to = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  process.stdout.write(
    `MQTT_URL=${config.mqttUrl ?? `mqtt://bridge:${secret}@${to.includes(':') ? `[${to}]` : to}:${port}`}\n`,
  );
}

function readArguments(): { dir: string; user: string | undefined } {
  let values: { out?: string; user?: string; help?: boolean };
  try {
    ({ values } = parseArgs({
      options: { out: { type: 'string' }, user: { type: 'string' }, help: { type: 'boolean' } },
    }));
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
  if (values.help || !values.out) throw new UsageError(USAGE);
  const dir = path.resolve(values.out);
  // Mosquitto's configuration has no way to quote.
  if (/\s/.test(dir)) throw new UsageError(`--out: expected a folder whose path has no spaces, got ${dir}`);
  return { dir, user: values.user };
}

function configuration(): Config {
  const read = readConfig(process.env);
  if ('errors' in read) throw new UsageError(read.errors.join('\n'));
  const { mqttPort, mqttWsPort } = read.config;
  if (mqttPort === 0 || mqttWsPort === 0)
    throw new UsageError(
      'MQTT_PORT, MQTT_WS_PORT: expected ports other than 0, since Mosquitto does not say which it took',
    );
  return read.config;
}

async function readCredentials(
  config: Config,
): Promise<{ devices: DeviceCredential[]; gateways: GatewayCredential[] }> {
  const url = config.databaseUrl ?? readEngines(config.dataDir)?.databaseUrl;
  if (url === undefined)
    throw new Error(
      `no database: start the platform first (npm start), or set DATABASE_URL. Looked in ${path.resolve(config.dataDir)} (DATA_DIR)`,
    );
  const log = createLog('warn');
  const db = createDatabase({ url, log, max: 2 });
  try {
    await db.ping().catch((error: Error) => {
      const why = config.databaseUrl
        ? 'DATABASE_URL cannot be reached'
        : `the platform on ${path.resolve(config.dataDir)} (DATA_DIR) is not running: start it (npm start), or set DATABASE_URL`;
      throw new Error(`${why} (${error.message})`, { cause: error });
    });
    // On a database of one's own this may well be the first program to see it.
    await migrate({ url, log });
    return {
      devices: usableDevices(await listDeviceCredentials(db)),
      gateways: usableGateways(await listGatewayCredentials(db)),
    };
  } finally {
    await db.stop();
  }
}

function usableDevices(all: readonly DeviceCredential[]): DeviceCredential[] {
  return all.filter(({ id, secretHash }) => usable(id, SAFE_NAME.test(id) && SAFE_HASH.test(secretHash)));
}

function usableGateways(all: readonly GatewayCredential[]): GatewayCredential[] {
  return all.filter(({ username, secretHash, topics }) =>
    usable(
      username,
      SAFE_NAME.test(username) &&
        SAFE_HASH.test(secretHash) &&
        topics.every((topic) => topic.trim() === topic && topic !== '' && !CONTROL.test(topic)),
    ),
  );
}

/** One broken row must not keep all others out; it is named. */
function usable(name: string, fits: boolean): boolean {
  if (fits && !isReservedId(name)) return true;
  process.stderr.write(`left out: ${JSON.stringify(name)} (its name, secret or topics do not fit Mosquitto's files)\n`);
  return false;
}

/** The password of the platform's own clients: from MQTT_URL, else kept in DIR, else new. */
function bridgeSecret(dir: string, config: Config): string {
  const file = path.join(dir, 'bridge.secret');
  const given = config.mqttUrl ? decodeURIComponent(new URL(config.mqttUrl).password) : '';
  const secret =
    given || (existsSync(file) ? readFileSync(file, 'utf8').trim() : '') || randomBytes(24).toString('base64url');
  write(file, `${secret}\n`, 0o600, { name: undefined });
  return secret;
}

interface Owner {
  name: string | undefined;
  uid?: number;
  gid?: number;
}

/**
 * Who must be able to read the files: Mosquitto drops from root to a user before it opens them. Written by root, they
 * are given to `mosquitto` where that user can enter the folder; otherwise Mosquitto stays who we are.
 */
function chooseOwner(dir: string, wanted: string | undefined): Owner {
  if (process.getuid?.() !== 0) return { name: wanted ?? accountName() };
  const name = wanted ?? 'mosquitto';
  const found = lookUp(name);
  if (found && canEnter(dir, found.uid, found.gid)) return { name, ...found };
  // A user of another machine or container, where the folder is handed over.
  return wanted === undefined ? { name: 'root' } : { name: wanted };
}

function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number without a name.
    return undefined;
  }
}

function lookUp(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

function canEnter(dir: string, uid: number, gid: number): boolean {
  for (let at = dir; ; at = path.dirname(at)) {
    const { mode, uid: owner, gid: group } = statSync(at);
    const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

/** Whole or not at all: a Mosquitto that reloads in this moment reads the old one or the new one. */
function write(file: string, text: string, mode: number, owner: Owner): void {
  const temporary = `${file}.new`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text, { mode });
  const before = statSync(file, { throwIfNoEntry: false });
  if (process.getuid?.() === 0) {
    if (owner.uid !== undefined) chownSync(temporary, owner.uid, owner.gid!);
    // Somebody has handed the file over (a container's entry point): it stays his.
    else if (before) chownSync(temporary, before.uid, before.gid);
  }
  renameSync(temporary, file);
}

function giveData(data: string, owner: Owner): void {
  if (owner.uid === undefined) return;
  for (const file of [data, ...readdirSync(data).map((name) => path.join(data, name))])
    chownSync(file, owner.uid, owner.gid!);
}
