import { useQuery, type QueryClient, type UseQueryResult } from '@tanstack/react-query';
import type { z } from 'zod';
import { setupStateSchema } from '#contracts/account.ts';
import { meSchema, type Me } from '#contracts/session.ts';
import { ApiError, call, nothing } from './http.ts';

type SetupState = z.infer<typeof setupStateSchema>;

export const SESSION_KEY = ['session'] as const;
/** Set when she went by herself: then nobody tells her that her session has ended. */
export const LEFT_KEY = ['left'] as const;

/** Whether somebody is signed in here, and whether this platform still has nobody who could. Refuses nobody. */
export function fetchSetupState(): Promise<SetupState> {
  return call(setupStateSchema, '/api/setup');
}

/**
 * Who am I; null when nobody is signed in. Throws ApiError when the server can't be asked. It asks first where the answer
 * is never a refusal, since a browser writes every refusal into its console as an error.
 */
async function fetchMe(): Promise<Me | null> {
  if (!(await fetchSetupState()).signedIn) return null;
  try {
    return await call(meSchema, '/api/session');
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Who is signed in here: undefined while asking, null when nobody. */
export function useSession(): UseQueryResult<Me | null> {
  return useQuery({ queryKey: SESSION_KEY, queryFn: fetchMe, staleTime: Infinity, retry: true, retryDelay: 1_000 });
}

/** Signs in. ApiError codes: bad_credentials, second_factor_required, too_many_requests, offline. */
export async function signIn(credentials: { username: string; password: string; totp?: string }): Promise<void> {
  await call(nothing, '/api/session', { method: 'POST', body: credentials });
}

/** Ends the session on the server and here, also when the server does not answer. */
export async function signOut(client: QueryClient): Promise<void> {
  await call(nothing, '/api/session', { method: 'DELETE' }).catch(() => undefined);
  client.setQueryData(LEFT_KEY, true);
  client.setQueryData(SESSION_KEY, null);
}
