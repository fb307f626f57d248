import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'callers', ['find_callers', 'owners_of_numbers']);

/** Whose telephone a number is, as far as the registry knows. */
export interface Caller {
  /** Null where several people of the home have this number. */
  residentId: string | null;
  householdId: string;
  regionPath: string;
  name: string | null;
  formOfAddress: string | null;
  /** WGS-84. */
  position: { lat: number; lon: number } | null;
  /** When it is not the resident's own: who of the contacts calls. */
  contact: { name: string; relation: string } | null;
}

interface CallerRow {
  residentId: string;
  householdId: string;
  name: string;
  formOfAddress: string | null;
  regionPath: string | null;
  lat: number | null;
  lon: number | null;
  contactName: string | null;
  relation: string | null;
}

/**
 * The home that a caller belongs to; `spellings`: the ways in which his number may be written down. A resident's own
 * number counts before a contact's. Null: nobody's number, or of people in different homes, who can't be told apart.
 */
export async function findCaller(db: Db, spellings: readonly string[]): Promise<Caller | null> {
  const rows = (await db.query<CallerRow>(q.find_callers, [spellings])).filter(({ regionPath }) => regionPath !== null);
  const own = rows.filter(({ contactName }) => contactName === null);
  const candidates = own.length > 0 ? own : rows;
  const [first] = candidates;
  if (!first || candidates.some(({ householdId }) => householdId !== first.householdId)) return null;
  const alone = candidates.every(({ residentId }) => residentId === first.residentId);
  return {
    residentId: alone ? first.residentId : null,
    householdId: first.householdId,
    regionPath: first.regionPath!,
    name: alone ? first.name : null,
    formOfAddress: alone ? first.formOfAddress : null,
    position: first.lat === null || first.lon === null ? null : { lat: first.lat, lon: first.lon },
    contact: first.contactName === null ? null : { name: first.contactName, relation: first.relation ?? '' },
  };
}

/** To whom numbers belong: residents, contacts (`of`: whose) and staff, by the number as it is written down. */
export function ownersOfNumbers(
  db: Db,
  spellings: readonly string[],
): Promise<{ phone: string; name: string; kind: string; of: string | null; relation: string | null }[]> {
  return db.query(q.owners_of_numbers, [spellings]);
}
