import { z } from 'zod';
import { ackSchema, commandSchema } from '#contracts/device.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Database } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { createRelay, type Relay } from '#platform/relay.ts';
import { downTopic } from './topics.ts';

/** Rows published together; each waits for the broker's PUBACK. */
const BATCH = 200;

/** What a row of topic `down` holds; its key is the lane. */
const downlinkSchema = z.discriminatedUnion('topic', [
  z.object({ device: z.string().min(1).max(128), topic: z.literal('ack'), body: ackSchema }),
  z.object({ device: z.string().min(1).max(128), topic: z.literal('command'), body: commandSchema }),
]);

/**
 * Publishes what dispatch has to tell devices: outbox rows of topic `down` for the lanes that are connected here, QoS 1,
 * marked as sent once the broker has acknowledged them. The broker keeps them for a device that is away.
 */
export function createDownlink(deps: {
  db: Database;
  clock: Clock;
  log: Log;
  /** Lanes with a connection here. */
  lanes: () => string[];
  publish: (lane: string, topic: string, payload: string) => Promise<void>;
}): Relay {
  return createRelay({
    db: deps.db,
    clock: deps.clock,
    log: deps.log,
    topics: ['down'],
    keys: deps.lanes,
    batch: BATCH,
    async handle(rows) {
      await Promise.all(
        rows.map(async (row) => {
          const downlink = downlinkSchema.safeParse(row.payload);
          if (!downlink.success || /[+#/\0]/.test(downlink.data.device)) {
            // It can never be published; trying again would hold up nobody but help nobody either.
            deps.log.error(
              { row: row.id, issues: downlink.error?.issues.map((issue) => issue.path.join('.')) },
              'a downlink is not readable, left out',
            );
            return;
          }
          const { device, topic, body } = downlink.data;
          await deps.publish(row.key, downTopic(row.key, device, topic), JSON.stringify(body));
        }),
      );
    },
  });
}
