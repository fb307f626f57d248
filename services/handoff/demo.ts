import type { PartnerTarget } from '#contracts/handoff.ts';
import { idFromName } from '#kernel/ids.ts';
import type { Database } from '#platform/database.ts';
import type { Sealing } from '#platform/sealing.ts';
import { loadQueries } from '#platform/sql.ts';
import { bindPartnerAccounts, insertPartner } from './partners.ts';

const q = loadQueries(import.meta.url, 'handoff', ['point_demo_partner']);

/** The partner whose own system takes handoffs in the demo: where its best known resident is known. */
export const DEMO_SYSTEM = { name: '襄阳市中心医院急诊', username: 'hospital1' } as const;
const idOf = (name: string): string => idFromName(`demo partner ${name}`);

interface DemoPartner {
  name: string;
  target: PartnerTarget;
  phone: string;
  smsNumber: string | null;
  automatic: boolean;
  /** User names of demo accounts that speak for it. */
  usernames: string[];
}

/** Centres and hospitals of the demo; numbers outside every real range of mobile numbers in use (154…). */
const CENTRES: readonly DemoPartner[] = [
  {
    name: '120 指挥中心',
    target: '120',
    phone: '120',
    smsNumber: '15400000120',
    automatic: true,
    usernames: ['desk120'],
  },
  { name: '110 指挥中心', target: '110', phone: '110', smsNumber: null, automatic: false, usernames: ['desk110'] },
  { name: '119 指挥中心', target: '119', phone: '119', smsNumber: null, automatic: false, usernames: ['desk119'] },
  {
    name: '襄阳市中心医院急诊',
    target: 'hospital',
    phone: '15400000131',
    smsNumber: '15400000131',
    automatic: false,
    usernames: ['hospital1'],
  },
  {
    name: '襄阳市第一人民医院急诊',
    target: 'hospital',
    phone: '15400000132',
    smsNumber: null,
    automatic: false,
    usernames: ['hospital2'],
  },
];

type Region = { id: string; path: string; name: string };

/**
 * The demo's partners: 120, 110, 119 and two hospitals of the district, and a clinic in each street. Called again it
 * changes nothing that is there. `account` gives the id of a demo account by its user name.
 */
export async function seedDemoPartners(
  db: Database,
  place: { district: Region; streets: readonly Region[]; account: (username: string) => string },
): Promise<void> {
  const clinics = place.streets.map((street, at) => ({
    name: `${street.name}社区卫生服务中心`,
    target: 'clinic' as const,
    phone: `154000002${String(at + 10)}`,
    smsNumber: null,
    automatic: false,
    usernames: [],
    region: street,
  }));
  const all = [...CENTRES.map((one) => ({ ...one, region: place.district })), ...clinics];
  await db.tx(async (tx) => {
    for (const { usernames, ...partner } of all) {
      const id = idOf(partner.name);
      const added = await insertPartner(tx, { ...partner, id, webhookUrl: null, secret: null });
      if (added) await bindPartnerAccounts(tx, id, usernames.map(place.account));
    }
  });
}

/**
 * Tells the demo's partner with a system of its own where that listens since this start. What an administrator has entered
 * since stays as it is.
 */
export async function pointDemoPartner(
  { db, sealing }: { db: Database; sealing: Sealing },
  to: { url: string; secret: string },
): Promise<void> {
  const id = idOf(DEMO_SYSTEM.name);
  await db.query(q.point_demo_partner, [id, to.url, sealing.seal(to.secret, id)]);
}
