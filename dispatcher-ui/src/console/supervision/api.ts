import { sampleSchema, samplesSchema, type Sample, type Score } from '#contracts/quality.ts';
import { caseCallsSchema, type CaseCalls } from '#contracts/telephone.ts';
import { call } from '../../api/http.ts';

/** What was recorded of a case, and whether somebody who called us is on its line. */
export async function fetchCalls(
  incident: string,
): Promise<Pick<CaseCalls, 'recordings' | 'mayRecord'> & { callers: boolean }> {
  const { items, recordings, mayRecord } = await call(
    caseCallsSchema,
    `/api/incidents/${encodeURIComponent(incident)}/calls`,
  );
  const callers = items.some((one) => one.direction === 'in' && one.joinedAt !== null && one.endedAt === null);
  return { recordings, mayRecord, callers };
}

/** Calls to be scored, and those that were; `mine`: what I was given as an operator. */
export async function fetchSamples(whose: 'samples' | 'mine'): Promise<Sample[]> {
  return (await call(samplesSchema, `/api/quality/${whose}`)).items;
}

/** Gives the points of a call, once. */
export function sendScore(id: string, score: Score, key: string): Promise<Sample> {
  return call(sampleSchema, `/api/quality/samples/${id}/score`, { method: 'POST', body: score, key });
}
