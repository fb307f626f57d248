import { TOPIC_ROOT } from '#contracts/device.ts';
import type { MqttAuthenticate, MqttGrant } from './embedded-broker.ts';
import { ADAPTER_USER, BRIDGE_USERS, isReservedId } from './mqtt-access.ts';

/** Less than the 10 s after which a device gives up a connection that is not answered. */
const PATIENCE_MS = 8_000;

/**
 * Keeps devices waiting at the door of a broker that has just started until every lane's bridge has subscribed, and
 * gateways until the adapters' session has. The embedded broker forgets sessions with the process: what came in before
 * would be acknowledged and heard by nobody, so that a box would wait for its next resend (up to 60 s) and a gateway,
 * which resends nothing, would lose a call. Who waits longer than 8 s is told to come again.
 */
export function untilBridgeListens(authenticate: MqttAuthenticate): MqttAuthenticate {
  const silent = new Set([...BRIDGE_USERS, ADAPTER_USER]);
  const waiting = new Set<() => void>();

  function heard(username: string): void {
    if (silent.delete(username)) for (const look of waiting) look();
  }

  function whenListening(users: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(look);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error('the bridge does not listen yet'));
      }, PATIENCE_MS);
      function look(): void {
        if (users.some((user) => silent.has(user))) return;
        done();
        resolve();
      }
      waiting.add(look);
      look();
    });
  }

  return async (login) => {
    const answer = await authenticate(login);
    if ('refused' in answer) return answer;
    if (isReservedId(login.username)) return listener(answer, () => heard(login.username));
    const isDevice = answer.publish(`${TOPIC_ROOT}/0/${login.username}/up/event`);
    await whenListening(isDevice ? BRIDGE_USERS : [ADAPTER_USER]);
    return answer;
  };
}

function listener(grant: MqttGrant, subscribes: () => void): MqttGrant {
  return {
    publish: grant.publish,
    subscribe(filter) {
      const isAllowed = grant.subscribe(filter);
      if (isAllowed) subscribes();
      return isAllowed;
    },
  };
}
