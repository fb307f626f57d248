import { ladderPolicySchema, routingPolicySchema, type LadderPolicy, type RoutingPolicy } from '#contracts/policy.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Log } from '#platform/log.ts';
import { DEFAULT_LADDER, DEFAULT_ROUTING, type Policy } from './domain/policy.ts';

const q = loadQueries(import.meta.url, 'dispatch', ['policies', 'policy_versions', 'add_policy']);

/** The routing rules and ladders in force, read again every few seconds so that a new version holds without a restart. */
export interface Policies {
  current(): Policy;
  refresh(): Promise<void>;
}

/**
 * A version that does not parse is passed over, with a log line: the one before stays in force in this process, and the
 * built-in one where there is none.
 */
export function createPolicies(deps: { db: Db; log: Log }): Policies {
  let policy: Policy = { routingVersion: 0, routing: DEFAULT_ROUTING, ladderVersion: 0, ladder: DEFAULT_LADDER };
  return {
    current: () => policy,
    async refresh() {
      const next = { ...policy };
      for (const row of await deps.db.query<{ kind: string; version: number; body: unknown }>(q.policies)) {
        const parsed =
          row.kind === 'routing' ? routingPolicySchema.safeParse(row.body) : ladderPolicySchema.safeParse(row.body);
        if (!parsed.success)
          deps.log.error(
            { kind: row.kind, version: row.version },
            'a policy does not fit its schema and is passed over',
          );
        else if (row.kind === 'routing') Object.assign(next, { routing: parsed.data, routingVersion: row.version });
        else Object.assign(next, { ladder: parsed.data, ladderVersion: row.version });
      }
      policy = next;
    },
  };
}

/** Which versions there were, the newest first. */
export function policyVersions(
  db: Db,
  most: number,
): Promise<{ kind: 'routing' | 'ladder'; version: number; at: Date; by: string }[]> {
  return db.query(q.policy_versions, [most]);
}

/** Writes a new version; returns its number. `now` in ms, `by` is who wrote it. */
export async function addPolicy(
  db: Db,
  change: { kind: 'routing'; body: RoutingPolicy } | { kind: 'ladder'; body: LadderPolicy },
  by: string,
  now: number,
): Promise<number> {
  const rows = await db.query<{ version: number }>(q.add_policy, [
    change.kind,
    JSON.stringify(change.body),
    new Date(now),
    by,
  ]);
  return rows[0]!.version;
}
