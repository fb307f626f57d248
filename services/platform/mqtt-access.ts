/** Who may write and read which topics, for every broker: the embedded one asks these functions, Mosquitto's ACL file is written from the same rules. */
import { TOPIC_ROOT } from '#contracts/device.ts';

/** Topic filters. What `deny` touches is refused, whatever the others say; `$…` topics belong to nobody. */
export interface MqttRules {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  readonly deny: readonly string[];
}

/** Stands for the device's own id in `DEVICE_RULES`, as in Mosquitto's patterns. */
const USER = '%u';

/** Every device's rules, with `%u` for its id. The lane is left open: a press sent to the wrong one is still its own press. */
export const DEVICE_RULES: MqttRules = {
  publish: [`${TOPIC_ROOT}/+/${USER}/up/#`],
  subscribe: [`${TOPIC_ROOT}/+/${USER}/down/#`],
  deny: [],
};

/** The platform's own clients: read everything, write downlinks. */
export const BRIDGE_RULES: MqttRules = { publish: [`${TOPIC_ROOT}/+/+/down/#`], subscribe: ['#'], deny: [] };

/** One session per lane; user name = client id. */
export const BRIDGE_USERS: readonly string[] = [...'0123456789abcdef'].map((lane) => `bridge-${lane}`);

/** The session on the adapters' topics (zigbee2mqtt and the like), beside those of the lanes. */
export const ADAPTER_USER = 'bridge-adapters';

/** The rules of the device `id`. */
export function deviceRules(id: string): MqttRules {
  const own = (filters: readonly string[]): string[] => filters.map((filter) => filter.replace(USER, () => id));
  return { publish: own(DEVICE_RULES.publish), subscribe: own(DEVICE_RULES.subscribe), deny: [] };
}

/** A gateway writes and reads its adapter's topics, and never speaks as one of our devices. */
export function gatewayRules(topics: readonly string[]): MqttRules {
  return { publish: topics, subscribe: topics, deny: [`${TOPIC_ROOT.split('/')[0]}/#`] };
}

/** Ids that belong to the platform itself. */
export function isReservedId(id: string): boolean {
  return /^bridge/i.test(id);
}

/** Whether `topic` (no wildcards) may be written. */
export function mayPublish(rules: MqttRules, topic: string): boolean {
  if (topic.startsWith('$') || /[+#]/.test(topic)) return false;
  return (
    rules.publish.some((filter) => isWithin(topic, filter)) && !rules.deny.some((filter) => isWithin(topic, filter))
  );
}

/** Whether all that `filter` can bring may be read. */
export function maySubscribe(rules: MqttRules, filter: string): boolean {
  if (filter.startsWith('$')) return false;
  return (
    rules.subscribe.some((allowed) => isWithin(filter, allowed)) &&
    !rules.deny.some((denied) => overlaps(filter, denied))
  );
}

/** Whether everything that `inner` (a topic or a filter) matches is matched by `outer` too (MQTT 3.1.1, 4.7). */
export function isWithin(inner: string, outer: string): boolean {
  const ours = inner.split('/');
  const theirs = outer.split('/');
  for (const [i, level] of theirs.entries()) {
    if (level === '#') return true;
    if (i >= ours.length || ours[i] === '#') return false;
    if (level !== '+' && level !== ours[i]) return false;
  }
  // `a/#` matches `a` as well, `a` does not match `a/#`.
  return ours.length === theirs.length;
}

function overlaps(one: string, other: string): boolean {
  const a = one.split('/');
  const b = other.split('/');
  for (let i = 0; ; i++) {
    if (a[i] === '#' || b[i] === '#') return true;
    if (a[i] === undefined || b[i] === undefined) return a.length === b.length;
    if (a[i] !== '+' && b[i] !== '+' && a[i] !== b[i]) return false;
  }
}
