import type { Account, AccountWithSecrets, ChangeAccount, NewAccount } from '#contracts/account.ts';
import type { Role } from '#contracts/session.ts';
import type { Clock } from '#kernel/clock.ts';
import { Problem, type FieldError } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import type { Sealing } from '#platform/sealing.ts';
import { loadQueries } from '#platform/sql.ts';
import { recordAudit } from './audit.ts';
import { describeRegions, EVERYWHERE, liesWithin, type Directory, type Region } from './directory.ts';
import { hashPassword, newPassword, verifyPassword, weaknessOf } from './passwords.ts';
import { needsSecondFactor, newSecondFactor, sealSecondFactor } from './second-factor.ts';
import { endSessionsOf } from './sessions.ts';
import { normalizeUsername } from './sign-in.ts';

const q = loadQueries(import.meta.url, 'identity', [
  'add_account',
  'add_account_regions',
  'drop_account_regions',
  'list_accounts',
  'lock_account',
  'change_account',
]);

export interface AccountsDeps {
  db: Database;
  clock: Clock;
  sealing: Sealing;
  directory: Directory;
  /** Told the ids of sessions that ended, once that is committed: whoever holds sockets cuts them. */
  onRevoked: (sessionIds: string[]) => void;
}

interface AccountRow extends Omit<Account, 'regions' | 'createdAt' | 'disabledAt' | 'seenAt'> {
  createdAt: Date;
  disabledAt: Date | null;
  seenAt: Date | null;
  paths: string[];
}

interface LockedAccount {
  id: string;
  username: string;
  name: string;
  role: Role;
  staffId: string | null;
  /** As it lies in the table. */
  totpSecret: string | null;
  passwordHash: string;
  disabledAt: Date | null;
  version: number;
}

function refuseField(field: string, expected: string): never {
  throw new Problem('invalid_fields', { fields: [{ field, expected }] satisfies FieldError[] });
}

/** Accounts that lie wholly within the viewer's regions, by id. `q` is a part of a name. */
export async function listAccounts(
  deps: Pick<AccountsDeps, 'directory'>,
  db: Db,
  viewer: Viewer,
  filter: { id?: string; q?: string | undefined; after?: string | undefined; limit: number },
): Promise<Account[]> {
  const rows = await db.query<AccountRow>(q.list_accounts, [
    viewer.regions,
    filter.id ?? null,
    filter.q ?? null,
    filter.after ?? null,
    filter.limit,
  ]);
  const regions = await describeRegions(
    deps.directory,
    db,
    rows.flatMap((row) => row.paths),
  );
  return rows.map(({ paths, createdAt, disabledAt, seenAt, ...row }) => ({
    ...row,
    regions: paths.flatMap((path) => regions.get(path) ?? []),
    createdAt: createdAt.toISOString(),
    disabledAt: disabledAt?.toISOString() ?? null,
    seenAt: seenAt?.toISOString() ?? null,
  }));
}

async function findAccount(deps: AccountsDeps, db: Db, viewer: Viewer, id: string): Promise<Account> {
  const [account] = await listAccounts(deps, db, viewer, { id, limit: 1 });
  if (!account) throw new Problem('not_found');
  return account;
}

/** The regions of an account to be: each must exist and lie within the viewer's own. */
async function findOwnRegions(deps: AccountsDeps, db: Db, viewer: Viewer, ids: readonly string[]): Promise<Region[]> {
  const wanted = [...new Set(ids)];
  const found = await deps.directory.regionsById(
    db,
    wanted.filter((id) => id !== EVERYWHERE.id),
  );
  const regions = wanted.includes(EVERYWHERE.id) ? [...found, EVERYWHERE] : found;
  if (regions.length < wanted.length || !regions.every((region) => liesWithin(region.path, viewer.regions))) {
    refuseField('regions', '您管辖范围内的区划 | regions within your own');
  }
  return regions;
}

async function checkStaff(deps: AccountsDeps, db: Db, viewer: Viewer, staffId: string | null): Promise<void> {
  if (staffId === null) return;
  const path = await deps.directory.staffPath(db, staffId);
  if (path === null || !liesWithin(path, viewer.regions))
    refuseField('staffId', '您管辖范围内的人员 | a member of staff within your regions');
}

function checkPassword(field: string, password: string, username: string): void {
  const weakness = weaknessOf(password, username);
  if (weakness !== null) refuseField(field, weakness);
}

/** An account as it is put into the table; every way to make one ends here. */
export interface AccountDraft {
  id: string;
  username: string;
  passwordHash: string;
  role: Role;
  name: string;
  staffId: string | null;
  /** In clear; it is sealed on its way into the table. */
  totpSecret: string | null;
  regions: readonly Pick<Region, 'id' | 'path'>[];
}

/** Puts an account into the tables. False when its user name (or its member of staff) already has one. */
export async function insertAccount(
  { db, sealing }: { db: Db; sealing: Sealing },
  account: AccountDraft,
  now: number,
): Promise<boolean> {
  const { id, username, passwordHash, role, name, staffId, totpSecret, regions } = account;
  const added = await db.query(q.add_account, [
    id,
    username,
    passwordHash,
    role,
    name,
    staffId,
    totpSecret === null ? null : sealSecondFactor(sealing, id, totpSecret),
    new Date(now),
  ]);
  if (added.length === 0) return false;
  await setRegions(db, id, regions);
  return true;
}

async function setRegions(db: Db, accountId: string, regions: AccountDraft['regions']): Promise<void> {
  await db.query(q.add_account_regions, [
    accountId,
    regions.map(({ id, path }) => (path === '' ? null : id)),
    regions.map(({ path }) => path),
  ]);
}

/**
 * Makes an account within the viewer's regions; `id` is the call's intent. The answer holds, this once, the password
 * that was made (when none was given) and the second factor (of roles that need one).
 */
export async function createAccount(
  deps: AccountsDeps,
  viewer: Viewer,
  input: NewAccount,
  id: string,
): Promise<AccountWithSecrets> {
  const username = normalizeUsername(input.username);
  if (input.password !== undefined) checkPassword('password', input.password, username);
  const password = input.password ?? newPassword();
  const passwordHash = await hashPassword(password);
  const totp = needsSecondFactor(input.role) ? newSecondFactor(username) : undefined;
  const account = await deps.db.tx(async (tx) => {
    const regions = await findOwnRegions(deps, tx, viewer, input.regions);
    await checkStaff(deps, tx, viewer, input.staffId);
    const now = deps.clock.now();
    const draft = {
      id,
      username,
      passwordHash,
      role: input.role,
      name: input.name,
      staffId: input.staffId,
      totpSecret: totp?.secret ?? null,
      regions,
    };
    if (!(await insertAccount({ db: tx, sealing: deps.sealing }, draft, now)))
      refuseField(
        'username',
        '还没有人用的用户名(或这位人员已有账号) | a name not taken yet (or this member of staff has an account)',
      );
    const data = { username, role: input.role, regions: regions.map(({ path }) => path) };
    await recordAudit(tx, { at: now, by: viewer, what: 'account.create', subject: id, data, address: viewer.address });
    return findAccount(deps, tx, viewer, id);
  });
  return { account, ...(input.password === undefined ? { password } : {}), ...(totp ? { totp } : {}) };
}

/**
 * Changes an account of the viewer's regions; what is not named stays. Whatever changes what he may do or how he signs
 * in ends his sessions. Throws `not_found`, `conflict` (with the version), `not_allowed_in_state` (disabling oneself).
 */
export async function changeAccount(
  deps: AccountsDeps,
  viewer: Viewer,
  id: string,
  input: ChangeAccount,
): Promise<AccountWithSecrets> {
  const password = input.password === true ? newPassword() : input.password;
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  return deps.db.tx(async (tx) => {
    const before = await lockAccount(deps, tx, viewer, id, input.version);
    if (typeof input.password === 'string') checkPassword('password', input.password, before.username);
    const role = input.role ?? before.role;
    if (id === viewer.accountId && (input.disabled || role !== before.role || input.regions !== undefined)) {
      throw new Problem('not_allowed_in_state', {
        detail:
          '自己的岗位、范围和停用要由别的管理员来改 | Another administrator must change your own role, regions or disable you',
      });
    }
    if (input.staffId !== undefined) await checkStaff(deps, tx, viewer, input.staffId);
    const regions = input.regions === undefined ? undefined : await findOwnRegions(deps, tx, viewer, input.regions);
    const totp =
      input.resetTotp || (needsSecondFactor(role) && before.totpSecret === null)
        ? newSecondFactor(before.username)
        : undefined;
    const now = deps.clock.now();
    await applyChange(tx, before, {
      ...input,
      role,
      totpSecret: totp ? sealSecondFactor(deps.sealing, id, totp.secret) : before.totpSecret,
      passwordHash: passwordHash ?? before.passwordHash,
      regions,
      now,
    });
    if (doesRevoke(input)) await revoke(deps, tx, id, now);
    const { password: _password, version: _version, ...named } = input;
    const data = { ...named, ...(password === undefined ? {} : { password: 'changed' }) };
    await recordAudit(tx, { at: now, by: viewer, what: 'account.change', subject: id, data, address: viewer.address });
    const account = await findAccount(deps, tx, viewer, id);
    return { account, ...(input.password === true ? { password } : {}), ...(totp ? { totp } : {}) };
  });
}

function doesRevoke(input: ChangeAccount): boolean {
  return (
    input.role !== undefined ||
    input.regions !== undefined ||
    input.disabled === true ||
    input.password !== undefined ||
    input.resetTotp === true
  );
}

/** Ends all sessions of an account in this transaction, and tells `onRevoked` once it is committed. */
async function revoke(
  deps: AccountsDeps,
  tx: Tx,
  accountId: string,
  now: number,
  except: readonly string[] = [],
): Promise<void> {
  const ended = await endSessionsOf(tx, accountId, now, except);
  if (ended.length > 0) tx.afterCommit(() => deps.onRevoked(ended));
}

async function lockAccount(
  deps: AccountsDeps,
  tx: Tx,
  viewer: Viewer,
  id: string,
  version: number,
): Promise<LockedAccount> {
  await findAccount(deps, tx, viewer, id);
  const [locked] = await tx.query<LockedAccount>(q.lock_account, [id]);
  if (!locked) throw new Problem('not_found');
  if (locked.version !== version) throw new Problem('conflict', { data: { version: locked.version } });
  // Once more: his regions may have been changed while we waited for the row.
  await findAccount(deps, tx, viewer, id);
  return locked;
}

async function applyChange(
  tx: Tx,
  before: LockedAccount,
  change: Pick<ChangeAccount, 'name' | 'staffId' | 'disabled'> & {
    role: Role;
    totpSecret: string | null;
    passwordHash: string;
    regions: Region[] | undefined;
    now: number;
  },
): Promise<void> {
  const disabledAt =
    change.disabled === undefined
      ? before.disabledAt
      : change.disabled
        ? (before.disabledAt ?? new Date(change.now))
        : null;
  const staffId = change.staffId === undefined ? before.staffId : change.staffId;
  await tx.query(q.change_account, [
    before.id,
    change.name ?? before.name,
    change.role,
    staffId,
    change.totpSecret,
    change.passwordHash,
    disabledAt,
  ]);
  if (change.regions) {
    await tx.query(q.drop_account_regions, [before.id]);
    await setRegions(tx, before.id, change.regions);
  }
}

/** One's own new password: wants the current one, and ends all other sessions of one's own. */
export async function changeOwnPassword(
  deps: AccountsDeps,
  viewer: Viewer,
  input: { current: string; new: string },
): Promise<void> {
  const [account] = await deps.db.query<LockedAccount>(q.lock_account, [viewer.accountId]);
  if (!account || !(await verifyPassword(input.current, account.passwordHash))) {
    await recordAudit(deps.db, {
      at: deps.clock.now(),
      by: viewer,
      what: 'password.refuse',
      subject: viewer.accountId,
      address: viewer.address,
    });
    refuseField('current', '现在的密码 | your present password');
  }
  checkPassword('new', input.new, account.username);
  const passwordHash = await hashPassword(input.new);
  await deps.db.tx(async (tx) => {
    const [locked] = await tx.query<LockedAccount>(q.lock_account, [viewer.accountId]);
    if (!locked || locked.passwordHash !== account.passwordHash) throw new Problem('conflict');
    const now = deps.clock.now();
    await applyChange(tx, locked, {
      role: locked.role,
      totpSecret: locked.totpSecret,
      passwordHash,
      regions: undefined,
      now,
    });
    await revoke(deps, tx, viewer.accountId, now, [viewer.sessionId]);
    await recordAudit(tx, {
      at: now,
      by: viewer,
      what: 'password.change',
      subject: viewer.accountId,
      address: viewer.address,
    });
  });
}
