import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { createCentre } from '#devices/centre/centre.ts';
import { DEMO_SYSTEM, pointDemoPartner } from '#handoff/demo.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Config } from '#platform/config.ts';
import type { Database } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { createSealing } from '#platform/sealing.ts';

const accountsSchema = z.object({ accounts: z.array(z.object({ username: z.string(), password: z.string() })) });

/**
 * The hospital of the demo whose own system takes handoffs: in this process, on a port of its own, reached by signed
 * webhooks and answering through the partner API. Where an administrator has entered another address, that one stays.
 */
export async function startDemoCentre(
  deps: { db: Database; clock: Clock; config: Config; log: Log; seed: string },
  platformUrl: () => string,
): Promise<{ stop(): Promise<void> } | null> {
  const { db, clock, config, log, seed } = deps;
  const file = accountsSchema.parse(JSON.parse(readFileSync(path.join(config.dataDir, 'demo.json'), 'utf8')));
  const account = file.accounts.find((one) => one.username === DEMO_SYSTEM.username);
  if (account === undefined) return null;
  const secret = `whsec_${createHmac('sha256', seed).update('webhook of the demo').digest('base64')}`;
  const centre = createCentre({ ...account, clock, secret, platformUrl, warn: (words) => log.warn(words) });
  const url = await centre.start();
  await pointDemoPartner({ db, sealing: createSealing(config) }, { url, secret });
  return centre;
}
