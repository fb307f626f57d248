import { TOPIC_ROOT } from '#contracts/device.ts';

/** The lanes of protocol v1: the first hex digit of a device id's SHA-256. */
export const LANES: readonly string[] = Array.from({ length: 16 }, (_, i) => i.toString(16));

/** Name of the lease of the adapters' topics, beside those of the lanes. */
export const ADAPTERS = 'adapters';

/** Everything that devices of a lane send. */
export function upFilter(lane: string): string {
  return `${TOPIC_ROOT}/${lane}/+/up/#`;
}

/** Lane and device as the topic names them, and what comes after `up/`; null for any other topic. */
export function readUpTopic(topic: string): { lane: string; device: string; kind: string } | null {
  const [root, version, lane, device, up, ...kind] = topic.split('/');
  if (`${root}/${version}` !== TOPIC_ROOT || up !== 'up' || !lane || !device || kind.length === 0) return null;
  return { lane, device, kind: kind.join('/') };
}

/** Where a device listens. */
export function downTopic(lane: string, device: string, what: 'ack' | 'command'): string {
  return `${TOPIC_ROOT}/${lane}/${device}/down/${what}`;
}
