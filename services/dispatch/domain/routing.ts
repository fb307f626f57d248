import { EVENT_TYPES, type EventType } from '#contracts/device.ts';
import type { Priority, Queue } from '#contracts/incident.ts';
import type { RoutingRule } from '#contracts/policy.ts';
import type { Policy } from './policy.ts';

/** What routing looks at. `hour` is local, 0–23, `weekday` too, Monday 1 to Sunday 7. */
export interface RoutingInput {
  type: EventType;
  readable: boolean;
  knownDevice: boolean;
  powerDependent: boolean;
  livesAlone: boolean;
  conditions: readonly string[];
  regionPath: string | null;
  hour: number;
  weekday: number;
}

export interface Route {
  class: 'rescue' | 'household';
  queue: Queue;
  priority: Priority;
  quiet: boolean;
  reason: string;
}

/** Local hour (Asia/Shanghai, UTC+8 all year) of a time in ms. */
export function localHour(ms: number): number {
  return Math.floor(ms / 3_600_000 + 8) % 24;
}

/** Local day of the week (Asia/Shanghai) of a time in ms: Monday 1 to Sunday 7. 1 January 1970 was a Thursday. */
export function localWeekday(ms: number): number {
  return ((Math.floor(ms / 86_400_000 + 8 / 24) + 3) % 7) + 1;
}

/** Queue, priority and the reason in words; the class is rescue for emergency and medical, household otherwise. */
export function route(policy: Policy, input: RoutingInput): Route {
  const rule = policy.routing.rules.find((candidate) => fits(candidate, input));
  const queue = rule?.queue ?? 'emergency';
  return {
    class: queue === 'household' ? 'household' : 'rescue',
    queue,
    priority: rule?.priority ?? 1,
    quiet: rule?.quiet ?? false,
    reason: rule?.reason ?? '没有合适的规则,按急救处理',
  };
}

function fits(rule: RoutingRule, input: RoutingInput): boolean {
  if (rule.types && !rule.types.includes(input.type)) return false;
  if (rule.effects && !rule.effects.includes(EVENT_TYPES[input.type])) return false;
  if (rule.unreadable && input.readable) return false;
  if (rule.unknownDevice && input.knownDevice) return false;
  if (rule.powerDependent && !input.powerDependent) return false;
  if (rule.livesAlone && !input.livesAlone) return false;
  if (rule.condition && !input.conditions.some((condition) => condition.includes(rule.condition!))) return false;
  if (rule.region && !(input.regionPath ?? '').startsWith(rule.region)) return false;
  if (rule.days && !rule.days.includes(input.weekday)) return false;
  return rule.hours === undefined || withinHours(rule.hours, input.hour);
}

function withinHours(hours: { from: number; to: number }, hour: number): boolean {
  return hours.from <= hours.to ? hour >= hours.from && hour < hours.to : hour >= hours.from || hour < hours.to;
}

/** More serious first: an emergency re-routes a medical case, never the other way. */
export function isMoreSerious(a: { queue: Queue; priority: number }, b: { queue: Queue; priority: number }): boolean {
  const rank = { emergency: 0, medical: 1, household: 2 } as const;
  return rank[a.queue] < rank[b.queue] || (rank[a.queue] === rank[b.queue] && a.priority < b.priority);
}
