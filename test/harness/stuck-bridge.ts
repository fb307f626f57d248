/** A bridge in a process of its own whose database never answers a press: to be killed. Writes `ready`, then a dot for each press. */
import { createBridge } from '#intake/bridge.ts';
import { systemClock } from '#kernel/clock.ts';
import { createDatabase } from '#platform/database.ts';
import { createLog } from '#platform/log.ts';

const log = createLog('silent');
const bridge = createBridge({
  db: createDatabase({ url: process.env['DATABASE_URL']!, log }),
  log,
  clock: systemClock,
  leaseClock: systemClock,
  mqttUrl: process.env['MQTT_URL']!,
  holder: 'stuck',
  receive(batch) {
    process.stdout.write('.'.repeat(batch.length));
    return new Promise(() => undefined);
  },
  onDeviceBack: async () => [],
});
await bridge.start();
const timer = setInterval(() => {
  if (bridge.state().connected.length < bridge.state().held.length) return;
  clearInterval(timer);
  process.stdout.write('ready\n');
}, 20);
