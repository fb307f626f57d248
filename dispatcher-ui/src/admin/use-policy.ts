import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, sentenceOf } from '../api/http.ts';
import { fetchPolicies, fetchVersions, savePolicy, type Policies, type PolicyVersion } from './api.ts';

/** One policy as it holds, and a draft of the next version while somebody changes it. */
export interface PolicyEdit<Body> {
  loaded: boolean;
  problem: string | null;
  version: number;
  versions: PolicyVersion[];
  /** What is shown: the draft, or what holds. */
  body: Body | undefined;
  draft: Body | null;
  begin(): void;
  change(next: Body): void;
  leave(): void;
  save(): Promise<void>;
  busy: boolean;
}

/** The policy of a kind. */
export function usePolicy<Kind extends 'ladder' | 'routing'>(kind: Kind): PolicyEdit<Policies[Kind]> {
  const client = useQueryClient();
  const policies = useQuery({ queryKey: ['policies'], queryFn: fetchPolicies });
  const versions = useQuery({ queryKey: ['policies', 'versions'], queryFn: fetchVersions });
  const [draft, setDraft] = useState<Policies[Kind] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const held = policies.data?.[kind];
  return {
    loaded: policies.data !== undefined,
    problem: policies.error ? sentenceOf(policies.error) : problem,
    version: policies.data?.[`${kind}Version`] ?? 0,
    versions: (versions.data ?? []).filter((one) => one.kind === kind),
    body: draft ?? held,
    draft,
    begin: () => setDraft(held === undefined ? null : structuredClone(held)),
    change: setDraft,
    leave() {
      setDraft(null);
      setProblem(null);
    },
    async save() {
      if (draft === null) return;
      setBusy(true);
      try {
        await savePolicy({ kind, body: draft } as Parameters<typeof savePolicy>[0]);
        await client.invalidateQueries({ queryKey: ['policies'] });
        setDraft(null);
        setProblem(null);
      } catch (error) {
        const wrong = error instanceof ApiError ? error.body?.errors?.map((one) => one.expected.split(' | ')[0]) : [];
        setProblem([sentenceOf(error), ...(wrong ?? [])].join(' '));
      } finally {
        setBusy(false);
      }
    },
    busy,
  };
}
