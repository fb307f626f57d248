import { z } from 'zod';
import {
  partnerSchema,
  savedPartnerSchema,
  type NewPartner,
  type PartnerChange,
  type WirePartner,
} from '#contracts/handoff.ts';
import { accountSchema } from '#contracts/account.ts';
import { listOf } from '#contracts/list.ts';
import { policySchema, policyVersionSchema, type LadderPolicy, type RoutingPolicy } from '#contracts/policy.ts';
import { phoneLineSchema, type PhoneLine } from '#contracts/telephone.ts';
import { actKey, call } from '../api/http.ts';

export type SavedPartner = z.infer<typeof savedPartnerSchema>;
export type Policies = z.infer<typeof policySchema>;
export type PolicyVersion = z.infer<typeof policyVersionSchema>;

/** All of a list, page by page. */
async function all<Item>(schema: z.ZodType<Item>, path: string): Promise<Item[]> {
  const found: Item[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: Item[]; nextCursor: string | null } = await call(listOf(schema), `${path}?limit=200${query}`);
    found.push(...page.items);
    cursor = page.nextCursor;
  }
  return found;
}

/** Partners of one's regions. */
export function fetchPartners(): Promise<WirePartner[]> {
  return all(partnerSchema, '/api/partners');
}

/** Accounts of role `partner` that one may see, by name. */
export async function fetchPartnerAccounts(): Promise<{ id: string; name: string }[]> {
  return (await all(accountSchema, '/api/accounts')).filter((one) => one.role === 'partner');
}

/** Enters one; the answer holds the webhook's secret this once. */
export function addPartner(partner: NewPartner): Promise<SavedPartner> {
  return call(savedPartnerSchema, '/api/partners', { method: 'POST', body: partner, key: actKey() });
}

/** Changes one; the answer holds a secret where one was made just now. */
export function changePartner(id: string, change: PartnerChange): Promise<SavedPartner> {
  return call(savedPartnerSchema, `/api/partners/${id}`, { method: 'PATCH', body: change, key: actKey() });
}

/** The lines of units that can only dial. */
export async function fetchLines(): Promise<PhoneLine[]> {
  return (await call(listOf(phoneLineSchema), '/api/phone-lines')).items;
}

/** Which key a number stands for; null takes it away. Answers all lines. */
export async function putLine(number: string, key: string | null): Promise<PhoneLine[]> {
  const path = `/api/phone-lines/${encodeURIComponent(number)}`;
  return (await call(listOf(phoneLineSchema), path, { method: 'PUT', body: { key }, key: actKey() })).items;
}

/** What holds now. */
export function fetchPolicies(): Promise<Policies> {
  return call(policySchema, '/api/policies');
}

/** Which versions there were, the newest first. */
export async function fetchVersions(): Promise<PolicyVersion[]> {
  return (await call(listOf(policyVersionSchema), '/api/policies/versions')).items;
}

/** A new version, which holds at once. */
export async function savePolicy(
  change: { kind: 'ladder'; body: LadderPolicy } | { kind: 'routing'; body: RoutingPolicy },
): Promise<number> {
  const answer = z.object({ version: z.number() });
  const path = `/api/policies/${change.kind}`;
  return (await call(answer, path, { method: 'POST', body: change.body, key: actKey() })).version;
}
