/** A worker of its own that moves calls and does nothing else, to be killed: `node worker.ts DATABASE_URL NETWORK_URL PUBLIC_URL ACCOUNT TOKEN NOW`. */
import { movableClock } from '#kernel/clock.ts';
import { createDatabase } from '#platform/database.ts';
import { createLog } from '#platform/log.ts';
import { createTelephony } from '#telephony/telephony.ts';

const [databaseUrl, apiBase, publicUrl, accountSid, authToken, now] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const log = createLog('warn');
createTelephony({
  db: createDatabase({ url: databaseUrl, log, max: 4 }),
  clock: movableClock(Number(now)),
  log,
  network: { accountSid, authToken, from: '+8671012349', apiBase },
  publicUrl: () => publicUrl,
  onReport: async () => null,
  onInbound: () => Promise.reject(new Error('nobody calls a worker')),
}).start();
process.stdout.write('ready \n');
