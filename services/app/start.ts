import { systemClock } from '#kernel/clock.ts';
import { issueSetupCode } from '#identity/setup.ts';
import { readConfig } from '#platform/config.ts';
import { dataDirProblem } from '#platform/data-dir.ts';
import { createLog } from '#platform/log.ts';
import { handyNumbers, registerDemoRoutes, seedDemoOnce, startFleet, type Demo } from './demo.ts';
import { registerPhoneRoutes, startDemoPhones } from './demo-phones.ts';
import { startDemoCentre } from './demo-centre.ts';
import { readSecretSeed } from './demo-seed.ts';
import { startEngines } from './engines.ts';
import { networkOf } from './phone.ts';
import { createPlatform } from './platform.ts';
import { createSimulatedPeople } from './simulated-people.ts';
import { stopInOrder, type Part } from './stopping.ts';
import { createSimulatedShops } from '#vendors/demo/simulated-shops.ts';

const read = readConfig(process.env);
const mistakes = 'errors' in read ? read.errors : [];
const unusable = dataDirProblem(process.env, mistakes.length === 0);
if ('errors' in read || unusable !== null) {
  const lines = [...mistakes, ...(unusable === null ? [] : [unusable])];
  process.stderr.write(`配置有误 | wrong configuration:\n${lines.map((line) => `  ${line}\n`).join('')}`);
  process.exit(2);
}
const { config } = read;
const log = createLog(config.logLevel);
const clock = systemClock;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stops: Part[] = [];

async function stopAll(): Promise<void> {
  await stopInOrder(stops.toReversed(), log);
  stops.length = 0;
}

let closing = false;

/**
 * Stops everything, 15 s at most, and exits. A second signal changes nothing: npm passes on what its process group has
 * got already, so every Ctrl-C comes twice (close-with-grace exits at once on the second, and leaves things running).
 */
function close(code: number): void {
  if (closing) return;
  closing = true;
  setTimeout(() => process.exit(1), 15_000).unref();
  void stopAll().finally(() => process.exit(code));
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => close(0));
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    log.fatal(
      error instanceof Error ? { err: error.message, stack: error.stack } : { err: String(error) },
      'unexpected',
    );
    close(1);
  });
}

/** Everything in order; each part is stopped in the reverse order. */
async function start(): Promise<void> {
  let onRefused: (refusal: { clientId: string; reason: string }) => void = () => undefined;
  const engines = await startEngines({ config, log, clock, onRefused: (refusal) => onRefused(refusal) }, say);
  stops.push(['engines', () => engines.stop()]);
  let demo: Demo | undefined;
  let here = (): string => '';
  const phones =
    config.demo && config.role === 'all' && networkOf(config) === undefined
      ? await startDemoPhones({ clock, seed: readSecretSeed(config.dataDir), platformUrl: () => here() })
      : undefined;
  if (phones) stops.push(['telephones', () => phones.stop()]);
  const platform = createPlatform({
    config,
    log,
    clock,
    engines,
    network: phones?.settings,
    addRoutes: (app, db) => {
      if (phones) registerPhoneRoutes(app, { db, clock, network: phones.network, handy: () => handyNumbers(db) });
      if (demo && engines.mqttWsPort !== null)
        registerDemoRoutes(app, { demo, host: config.host, mqttWsPort: engines.mqttWsPort });
    },
  });
  here = () => platform.local ?? '';
  stops.push(['platform', () => platform.stop()]);
  onRefused = (refusal) => {
    platform.deviceRefused(refusal).catch((error: Error) => log.warn({ err: error.message }, 'notice'));
  };
  if (config.demo) demo = await seedDemoOnce({ db: platform.db, clock, config }, say);
  await platform.start();
  if (demo && config.role === 'all') {
    if (config.simDevices > 0) {
      const fleet = await startFleet({ db: platform.db, config, log, mqttUrl: engines.mqttUrl }, demo);
      stops.push(['fleet', () => fleet.stop()]);
    }
    const centre = await startDemoCentre({ db: platform.db, clock, config, log, seed: demo.seed }, here);
    if (centre) stops.push(['centre', () => centre.stop()]);
    const people = createSimulatedPeople({
      db: platform.db,
      clock,
      log,
      cases: platform.cases,
      reportPosition: platform.reportPosition,
      goal: platform.goal,
      inTheStreet: platform.inTheStreet,
    });
    people.start();
    stops.push(['people', () => people.stop()]);
    const shops = createSimulatedShops({ db: platform.db, clock, log, orders: platform.vendors.orders });
    shops.start();
    stops.push(['shops', () => shops.stop()]);
  }
  const code = config.demo ? null : await issueSetupCode(platform.db, clock.now());
  if (code !== null) say(`第一位管理员的设置码 | set-up code of the first administrator: ${code}`);
  say(`ready ${platform.url ?? `role=${config.role}`}`);
}

start().catch((error: Error) => {
  process.stderr.write(`没能启动 | could not start: ${error.message}\n`);
  log.debug({ stack: error.stack }, 'start');
  close(1);
});
