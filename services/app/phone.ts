import type { Clock } from '#kernel/clock.ts';
import { createInboundCalls } from '#dispatch/inbound-call.ts';
import type { Policies } from '#dispatch/policies.ts';
import { noteStopped } from '#dispatch/recording.ts';
import type { Views } from '#dispatch/views.ts';
import { recordAudit } from '#identity/audit.ts';
import { recordLook } from '#identity/looks.ts';
import type { Viewer } from '#platform/access.ts';
import type { Config } from '#platform/config.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import type { Log } from '#platform/log.ts';
import { findCaller } from '#registry/callers/callers.ts';
import { mayRecord } from '#registry/recording.ts';
import { maskPhone } from '#registry/scope.ts';
import type { NetworkSettings } from '#telephony/network.ts';
import { spellings } from '#telephony/numbers.ts';
import type { OnInbound, OnReport } from '#telephony/port.ts';
import { registerCallRoutes, registerRecordingRoutes } from '#telephony/routes.ts';
import { createTelephony, type RunningTelephony } from '#telephony/telephony.ts';

/** The telephone network that the configuration names, or none. */
export function networkOf(config: Config): NetworkSettings | undefined {
  const { accountSid, authToken, from, apiBase } = config.twilio;
  if (accountSid === undefined || authToken === undefined || from === undefined) return undefined;
  return { accountSid, authToken, from, apiBase };
}

/** Telephony as the platform wires it: who calls is looked up in the registry and becomes a case of dispatch. None without a network. */
export function wireTelephony(deps: {
  db: Database;
  clock: Clock;
  log: Log;
  policies: Policies;
  poke: () => void;
  network: NetworkSettings | undefined;
  publicUrl: () => string;
  /** Takes what becomes of the calls and messages that were ordered. */
  onReport: OnReport;
}): RunningTelephony | undefined {
  const { network } = deps;
  if (network === undefined) return undefined;
  const inbound = createInboundCalls(deps);
  const onInbound: OnInbound = async (tx, { id, from, key }) => {
    const home = from === '' ? null : await findCaller(tx, spellings(from));
    const incidentId = await inbound.take(tx, { id, shown: shownNumber(from), type: key, home });
    const name = home === null || home.contact !== null ? null : home.formOfAddress;
    const record = await mayRecord(tx, {
      householdId: home?.householdId ?? null,
      residentId: home?.residentId ?? null,
    });
    return { incidentId, record, say: [`${name === null ? '' : `${name},`}您好,这里是12349一键通,马上接您。`] };
  };
  return createTelephony({
    ...deps,
    network,
    onInbound,
    onStopped: (tx, stop) => noteStopped(deps, tx, stop),
    async onReport(tx, report) {
      if (report.inbound !== true) return deps.onReport(tx, report);
      await inbound.hear(tx, report);
      return null;
    },
  });
}

/** Webhooks, the calls of a case and their recordings. */
export function registerTelephone(
  app: App,
  telephony: RunningTelephony,
  { db, clock, views }: { db: Database; clock: Clock; views: Views },
): void {
  telephony.registerRoutes(app);
  const caseOf = async (
    viewer: Viewer,
    incidentId: string,
  ): Promise<{ residentId: string | null; householdId: string | null } | null> => {
    if (!(await views.visible(viewer, [incidentId])).has(incidentId)) return null;
    const [found] = await views.byIds([incidentId]);
    if (found === undefined) return null;
    const { householdId } = await views.placeOf(incidentId);
    return { residentId: found.wire.resident?.id ?? null, householdId };
  };
  // 120 is nobody's secret.
  const mask = (number: string): string => (number.length < 7 ? number : (maskPhone(number) ?? ''));
  const deps = { db, clock, telephony, caseOf, mayRecord, mask, recordLook, recordAudit };
  registerCallRoutes(app, deps);
  registerRecordingRoutes(app, deps);
}

/** A number as one reads it here: without the country where it is our own; 号码隐藏 when it was withheld. */
function shownNumber(number: string): string {
  if (number === '') return '号码隐藏';
  const national = /^\+86(1[3-9]\d{9})$/.exec(number)?.[1];
  if (national !== undefined) return national;
  const line = /^\+86((?:10|2\d)|\d{3})(\d{7,8})$/.exec(number);
  return line === null ? number : `0${line[1]}-${line[2]}`;
}
