import type { Role } from '#contracts/session.ts';
import type { Clock } from '#kernel/clock.ts';
import { idFromName } from '#kernel/ids.ts';
import type { Database } from '#platform/database.ts';
import type { Sealing } from '#platform/sealing.ts';
import { loadQueries } from '#platform/sql.ts';
import { insertAccount } from './accounts.ts';
import { setDeskPhone } from './colleagues.ts';
import type { Region } from './directory.ts';
import { hashPassword, newPassword } from './passwords.ts';
import { needsSecondFactor, newSecondFactor, sealSecondFactor } from './second-factor.ts';

const q = loadQueries(import.meta.url, 'identity', ['lock_account', 'change_account']);

/** A line of `accounts` in demo.json. */
export interface DemoAccount {
  username: string;
  password: string;
  role: Role;
  name: string;
  /** Name of the region it is bound to. */
  region: string;
  totpSecret?: string;
}

/** A member of staff as the demo needs him. */
export interface DemoStaff {
  id: string;
  name: string;
  kind: string;
  region: Region;
}

/** The id of a demo account, always the same. */
export function demoAccountId(username: string): string {
  return idFromName(`demo account ${username}`);
}

interface Draft {
  username: string;
  role: Role;
  name: string;
  region: Region;
  staffId: string | null;
}

const OPERATORS = ['李敏', '周婷', '王强', '刘洋', '陈静', '张磊', '吴倩', '赵勇'];
/** The last two operators sit in a street's own office and see nothing beyond it. */
const STREET_OPERATORS = 2;

const OTHERS: readonly [string, Role, string][] = [
  ['sup1', 'supervisor', '孙建华'],
  ['sup2', 'supervisor', '胡丽'],
  ['admin', 'admin', '马晓东'],
  ['auditor', 'auditor', '郑书琴'],
  ['desk120', 'partner', '120 指挥中心'],
  ['desk110', 'partner', '110 指挥中心'],
  ['desk119', 'partner', '119 指挥中心'],
  ['hospital1', 'partner', '中心医院急诊'],
  ['hospital2', 'partner', '第一人民医院急诊'],
  ['shop1', 'vendor', '邻里家政服务部'],
];

/** Role, user name and kind of staff of those who come on foot, and how many of each get an account. */
const STAFF_ACCOUNTS: readonly [Role, string, string, number][] = [
  ['grid_worker', 'grid', 'grid_worker', 4],
  ['volunteer', 'vol', 'volunteer', 2],
  ['medic', 'medic', 'medic', 2],
  ['vendor', 'shop', 'vendor_staff', 3],
];

function draftAccounts(place: { district: Region; streets: readonly Region[]; staff: readonly DemoStaff[] }): Draft[] {
  const { district, streets, staff } = place;
  const operators = OPERATORS.map((name, i) => {
    const street = i - (OPERATORS.length - STREET_OPERATORS);
    return {
      username: `op${i + 1}`,
      role: 'operator' as const,
      name,
      region: (street >= 0 ? streets[street] : undefined) ?? district,
      staffId: null,
    };
  });
  const others = OTHERS.map(([username, role, name]) => ({ username, role, name, region: district, staffId: null }));
  const onFoot = STAFF_ACCOUNTS.flatMap(([role, username, kind, count]) =>
    staff
      .filter((person) => person.kind === kind)
      .slice(0, count)
      .map((person, i) => ({
        username: `${username}${i + 1}`,
        role,
        name: person.name,
        region: person.region,
        staffId: person.id,
      })),
  );
  // Where there are shops, shop1 is somebody of one.
  const isShop = onFoot.some((one) => one.role === 'vendor');
  return [...operators, ...others.filter((one) => !isShop || one.role !== 'vendor'), ...onFoot];
}

/**
 * The demo's people, at least one of each role: op1 … op8 (the last two see one street only), sup1, sup2, admin,
 * auditor, desk120, shop1, and for the first of `staff` of each kind grid1 …, vol1 …, medic1 …. Passwords and second
 * factors are random and returned this once; called again (the file was lost), it gives the same accounts new ones.
 */
export async function seedDemoAccounts(
  db: Database,
  deps: {
    clock: Clock;
    sealing: Sealing;
    district: Region;
    streets: readonly Region[];
    staff: readonly DemoStaff[];
  },
): Promise<DemoAccount[]> {
  const drafts = await Promise.all(
    draftAccounts(deps).map(async (draft) => {
      const password = newPassword();
      const totpSecret = needsSecondFactor(draft.role) ? newSecondFactor(draft.username).secret : null;
      return {
        ...draft,
        id: demoAccountId(draft.username),
        password,
        passwordHash: await hashPassword(password),
        totpSecret,
      };
    }),
  );
  await db.tx(async (tx) => {
    for (const { region, ...draft } of drafts) {
      const made = await insertAccount(
        { db: tx, sealing: deps.sealing },
        { ...draft, regions: [region] },
        deps.clock.now(),
      );
      if (made) continue;
      const [found] = await tx.query(q.lock_account, [draft.id]);
      if (!found) throw new Error(`there is an account "${draft.username}" already that is not the demo's`);
      await tx.query(q.change_account, [
        draft.id,
        draft.name,
        draft.role,
        draft.staffId,
        draft.totpSecret === null ? null : sealSecondFactor(deps.sealing, draft.id, draft.totpSecret),
        draft.passwordHash,
        null,
      ]);
    }
    // In the demo each desk has a telephone beside it, which rings on the page of telephones.
    for (const [n, { id }] of drafts.filter((one) => one.role === 'operator' || one.role === 'supervisor').entries())
      await setDeskPhone(tx, id, `0710${3_501_001 + n}`);
  });
  return drafts.map(({ username, password, role, name, region, totpSecret }) => ({
    username,
    password,
    role,
    name,
    region: region.name,
    ...(totpSecret === null ? {} : { totpSecret }),
  }));
}
