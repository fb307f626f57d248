import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'registry', [
  'gateway_credentials',
  'device_credentials',
  'device_credential',
  'gateway_credential',
]);

/** `secretHash` in Mosquitto's `$7$` form; the lane fixes the topics a device may use. */
export interface DeviceCredential {
  id: string;
  lane: string;
  secretHash: string;
}

/** An account of a gateway and the topics (MQTT filters) it may publish and read. */
export interface GatewayCredential {
  username: string;
  secretHash: string;
  topics: string[];
}

/** Everything of a page's length at a time, so that a million devices are no single result. */
const PAGE = 20_000;

/** All gateways that may sign in to the broker. */
export async function listGatewayCredentials(db: Db): Promise<GatewayCredential[]> {
  return db.query<GatewayCredential>(q.gateway_credentials);
}

/** All devices that may sign in to the broker, by id: not disabled, with a secret. */
export async function listDeviceCredentials(db: Db): Promise<DeviceCredential[]> {
  const all: DeviceCredential[] = [];
  for (;;) {
    const page = await db.query<DeviceCredential>(q.device_credentials, [all.at(-1)?.id ?? '', PAGE]);
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

/** One device that may sign in, or null (unknown, disabled, without a secret). */
export async function findDeviceCredential(db: Db, id: string): Promise<DeviceCredential | null> {
  if (id.includes('\0')) return null;
  return (await db.query<DeviceCredential>(q.device_credential, [id]))[0] ?? null;
}

/** One gateway that may sign in, or null. */
export async function findGatewayCredential(db: Db, username: string): Promise<GatewayCredential | null> {
  if (username.includes('\0')) return null;
  return (await db.query<GatewayCredential>(q.gateway_credential, [username]))[0] ?? null;
}
