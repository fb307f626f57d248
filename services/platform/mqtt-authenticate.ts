import { createHash, timingSafeEqual } from 'node:crypto';
import type { MqttAuthenticate, MqttGrant } from './embedded-broker.ts';
import {
  ADAPTER_USER,
  BRIDGE_RULES,
  BRIDGE_USERS,
  type MqttRules,
  deviceRules,
  gatewayRules,
  isReservedId,
  mayPublish,
  maySubscribe,
} from './mqtt-access.ts';

/**
 * The embedded broker's question "who is this, and what may he do?", answered as Mosquitto answers it with the files of
 * `npm run broker`. The registry's look-ups are passed in; they give null for who may not sign in, and reject when they
 * can't tell.
 */
export function createMqttAuthenticator(deps: {
  /** The password of `bridge-0` … `bridge-f` and `bridge-adapters`. */
  bridgeSecret: string;
  findDevice: (id: string) => Promise<{ id: string; secretHash: string } | null>;
  findGateway: (username: string) => Promise<{ secretHash: string; topics: readonly string[] } | null>;
  verifySecret: (secret: string, hash: string) => boolean;
}): MqttAuthenticate {
  return async ({ username, password }) => {
    if (username === '') return { refused: 'no user name' };
    if (isReservedId(username)) {
      const known = BRIDGE_USERS.includes(username) || username === ADAPTER_USER;
      return known && same(password, deps.bridgeSecret)
        ? grant(BRIDGE_RULES)
        : { refused: 'ids that begin with "bridge" belong to the platform' };
    }
    const device = await deps.findDevice(username);
    if (device)
      return deps.verifySecret(password, device.secretHash)
        ? grant(deviceRules(device.id))
        : { refused: 'wrong secret' };
    const gateway = await deps.findGateway(username);
    if (gateway)
      return deps.verifySecret(password, gateway.secretHash)
        ? grant(gatewayRules(gateway.topics))
        : { refused: 'wrong secret' };
    return { refused: 'not in the registry' };
  };
}

function grant(rules: MqttRules): MqttGrant {
  return { publish: (topic) => mayPublish(rules, topic), subscribe: (filter) => maySubscribe(rules, filter) };
}

function same(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
