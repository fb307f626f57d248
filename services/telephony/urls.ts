import type { Question } from './domain/job.ts';

/** Where the network comes back to about one job: full addresses, our id in each of them. */
export interface CallUrls {
  voice(): string;
  gather(question: Question, again?: { digits: string; tries: number }): string;
  status(): string;
  machine(): string;
  conference(): string;
  recording(): string;
  wait(): string;
  hold(): string;
  message(): string;
}

/** Addresses below `publicUrl`, which is also what signatures are checked against. */
export function callUrls(publicUrl: string, jobId: string): CallUrls {
  const base = `${publicUrl.replace(/\/+$/, '')}/webhooks/twilio`;
  const of = (name: string, more: Record<string, string> = {}): string =>
    `${base}/${name}?${new URLSearchParams({ job: jobId, ...more }).toString()}`;
  return {
    voice: () => of('voice'),
    gather: ({ step, round }, again) =>
      of('gather', {
        step: String(step),
        round: String(round),
        ...(again && { digits: again.digits, tries: String(again.tries) }),
      }),
    status: () => of('status'),
    machine: () => of('machine'),
    conference: () => of('conference'),
    recording: () => of('recording'),
    wait: () => of('wait'),
    hold: () => `${base}/hold`,
    message: () => of('message'),
  };
}
