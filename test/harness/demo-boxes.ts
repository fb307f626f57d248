import { createDatabase } from '#platform/database.ts';
import { createLog } from '#platform/log.ts';
import { findCandidates } from '#registry/duty.ts';
import { findSubjects } from '#registry/subjects.ts';
import type { PlatformHome } from './platform.ts';

/** A device of demo.json with who lives there and in how many minutes the nearest helper on duty can be there from further off than 120 m. */
export interface DemoBox {
  id: string;
  secret: string;
  residents: string[];
  minutes: number;
}

/** The demo's boxes by how quickly somebody can be there, asked of the running platform's registry. */
export async function boxesByNearestHelp(home: PlatformHome): Promise<DemoBox[]> {
  const db = createDatabase({ url: home.databaseUrl(), log: createLog('silent'), max: 2 });
  try {
    const devices = home.demo().devices;
    const subjects = await findSubjects(
      db,
      devices.map((one) => one.id),
    );
    const boxes: DemoBox[] = [];
    for (const { id, secret } of devices) {
      const subject = subjects.get(id);
      if (!subject?.household || subject.wearer !== null) continue;
      const { id: householdId, lat, lon, regionPath } = subject.household;
      const near = await findCandidates(db, { regionPath, at: Date.now(), lat, lon, householdId, limit: 9 });
      // Who stands before the door can't be seen coming.
      const minutes = Math.min(...near.filter((one) => one.metres > 120).map((one) => one.minutes));
      boxes.push({ id, secret, residents: subject.residents.map((one) => one.name), minutes });
    }
    return boxes.sort((a, b) => a.minutes - b.minutes);
  } finally {
    await db.stop();
  }
}
