/**
 * What the phone keeps so that the page can be opened where there is no network: who is signed in, and the jobs that are
 * his. Nothing of health, telephones and presses; gone when the job is, when he signs out, and when his session would end.
 */
import { z } from 'zod';
import { meSchema, type Me } from '#contracts/session.ts';
import { fieldAssignmentSchema, type FieldAssignment } from '#contracts/socket.ts';

const KEEP = 'field-kept';
const keptSchema = z.object({ me: meSchema, jobs: z.array(fieldAssignmentSchema) });
type Kept = z.infer<typeof keptSchema>;
type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What was kept, unless it is nobody's any more at `now` (ms): then it is taken away. */
export function readKept(storage: Storage, now: number): Kept | null {
  const text = storage.getItem(KEEP);
  if (text === null) return null;
  const read = keptSchema.safeParse(parse(text));
  if (read.success && Date.parse(read.data.me.expiresAt) > now) return read.data;
  dropKept(storage);
  return null;
}

/** Keeps the jobs of `me`, and nothing that was kept before. A phone that can't keep anything goes without. */
export function keepJobs(storage: Storage, me: Me, jobs: readonly FieldAssignment[]): void {
  try {
    storage.setItem(KEEP, JSON.stringify({ me, jobs: jobs.map(bare) }));
  } catch {
    dropKept(storage);
  }
}

/** Nothing personal stays. */
export function dropKept(storage: Storage): void {
  storage.removeItem(KEEP);
}

/** Who, where and how far it is: what he must know to go on; the rest is asked for at the door. */
function bare(job: FieldAssignment): FieldAssignment {
  const { incident } = job;
  const brief = <Person extends FieldAssignment['incident']['residents'][number]>(one: Person): Person => ({
    ...one,
    phone: null,
    marks: [],
  });
  return {
    ...job,
    others: [],
    responder: { ...job.responder, phone: null },
    incident: {
      ...incident,
      resident: incident.resident === null ? null : brief(incident.resident),
      residents: incident.residents.map(brief),
      assignments: [],
      presses: [],
      told: [],
      calls: [],
      handoffs: [],
      summary: null,
      device: null,
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
