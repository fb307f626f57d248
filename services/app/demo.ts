import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { createFleet } from '#devices/simulator/fleet.ts';
import { demoAccountId, seedDemoAccounts, type DemoAccount, type DemoStaff } from '#identity/demo-accounts.ts';
import { seedDemoPartners } from '#handoff/demo.ts';
import type { Config } from '#platform/config.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import type { Log } from '#platform/log.ts';
import { createSealing } from '#platform/sealing.ts';
import { KNOWN_GRID } from '#registry/demo/known.ts';
import { seedDemo, simulatedDevices, type DemoCity } from '#registry/demo/seed.ts';
import { directory, regionsOfLevel, staffWithRegions, type Region } from '#registry/directory/directory.ts';
import { knownStaff, seedVendors } from '#vendors/demo/seed.ts';
import { findPeople } from '#registry/people.ts';
import { findSubjects } from '#registry/subjects.ts';
import { readSecretSeed, writePrivately } from './demo-seed.ts';

const demoFileSchema = z.object({ accounts: z.array(z.object({ username: z.string() }).loose()).min(1) }).loose();

/** Everything the demo knows: its devices with secrets and the people who may sign in. */
export interface Demo {
  city: DemoCity;
  seed: string;
}

/**
 * Seeds the demo city and its accounts once and writes `DATA_DIR/demo.json` (mode 0600). On a later start the city is
 * there and the file is kept; where the file was lost, the accounts get new passwords.
 */
export async function seedDemoOnce(
  deps: { db: Database; clock: Clock; config: Config },
  say: (line: string) => void,
): Promise<Demo> {
  const { db, clock, config } = deps;
  const seed = readSecretSeed(config.dataDir);
  say('演示城区 …');
  const city = await seedDemo({ db, secretSeed: seed });
  await seedVendors({ db, clock });
  const file = path.join(config.dataDir, 'demo.json');
  if (city.created || !isWhole(file)) {
    const accounts = await demoAccounts(deps);
    writePrivately(file, { accounts, devices: city.devices, gateways: city.gateways });
  }
  await seedDemoPartners(db, { ...(await placesOf(db)), account: demoAccountId });
  return { city, seed };
}

/** The district of the known home, and its streets. */
async function placesOf(db: Database): Promise<{ district: Region; streets: Region[] }> {
  const district = (await regionsOfLevel(db, 'district')).find((region) => KNOWN_GRID.startsWith(region.path))!;
  const streets = (await regionsOfLevel(db, 'street')).filter((region) => region.path.startsWith(district.path));
  return { district, streets };
}

async function demoAccounts(deps: { db: Database; clock: Clock; config: Config }): Promise<DemoAccount[]> {
  const { db, clock, config } = deps;
  const { district, streets } = await placesOf(db);
  const kinds = ['grid_worker', 'volunteer', 'medic'];
  const staff = (
    await Promise.all(kinds.map((kind) => staffWithRegions(db, [kind], [district.path], KNOWN_GRID)))
  ).flat();
  const sealing = createSealing(config);
  return seedDemoAccounts(db, { clock, sealing, district, streets, staff: [...staff, ...(await shopStaff(db))] });
}

/** Somebody of each of the known shops, under the shop's name. */
async function shopStaff(db: Database): Promise<DemoStaff[]> {
  const known = await knownStaff(db);
  const regions = await directory.regionsByPath(db, [...new Set(known.map((one) => one.regionPath))]);
  return known.map(({ staffId, shop, regionPath }) => ({
    id: staffId,
    name: shop,
    kind: 'vendor_staff',
    region: regions.find((region) => region.path === regionPath)!,
  }));
}

function isWhole(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    return demoFileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).success;
  } catch {
    // Half a file says as little as none: it is written anew.
    return false;
  }
}

/** Boxes that press now and then; never one that `demo.json` lists. */
export async function startFleet(
  deps: { db: Database; config: Config; log: Log; mqttUrl: string },
  demo: Demo,
): Promise<{ stop(): Promise<void> }> {
  const devices = await simulatedDevices(deps.db, demo.seed, deps.config.simDevices);
  const url = new URL(deps.mqttUrl);
  url.username = '';
  url.password = '';
  const fleet = createFleet({ devices, mqttUrl: url.href });
  fleet.start();
  return { stop: () => fleet.stop() };
}

/** Numbers of the demo's best known residents, to call 12349 from. */
export async function handyNumbers(db: Database): Promise<string[]> {
  const subjects = await findSubjects(db, ['demo-0001', 'demo-0002', 'demo-0003', 'demo-0004', 'demo-0005']);
  const homes = [...subjects.values()].flatMap((subject) => subject.household?.id ?? []);
  const people = await findPeople(db, { householdIds: homes });
  const known = people.toSorted((a, b) => homes.indexOf(a.householdId) - homes.indexOf(b.householdId));
  return [...new Set(known.flatMap(({ phone }) => phone ?? []))].slice(0, 6);
}

const boxSchema = z.object({ id: z.string(), secret: z.string(), lane: z.string(), mqttWsUrl: z.string() });

/** `GET /api/demo/box`: lets the page `/device` be a box of the demo. Only for a caller on this machine. */
export function registerDemoRoutes(app: App, deps: { demo: Demo; host: string; mqttWsPort: number }): void {
  app.get(
    '/api/demo/box',
    {
      config: { access: 'public' },
      schema: { querystring: z.object({ id: z.string().max(64).default('demo-0001') }), response: { 200: boxSchema } },
    },
    async (request) => {
      if (!/^(127\.|::1$|::ffff:127\.)/.test(request.ip))
        throw new Problem('forbidden', { detail: '只在本机上可用 | Only on this machine' });
      const device = deps.demo.city.devices.find((one) => one.id === request.query.id);
      if (!device) throw new Problem('not_found');
      const host = request.hostname.includes(':') ? `[${request.hostname.replace(/[[\]]/g, '')}]` : request.hostname;
      // Not who lives with it: nobody has signed in here.
      return { ...device, mqttWsUrl: `ws://${host}:${deps.mqttWsPort}` };
    },
  );
}
