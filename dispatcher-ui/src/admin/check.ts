/** What must hold of a policy before it is saved; the server looks again. Answers sentences, none when all is well. */
import { QUEUES } from '#contracts/incident.ts';
import type { LadderPolicy, RoutingPolicy } from '#contracts/policy.ts';
import type { AdminTexts } from './texts.ts';

export const SECONDS = ['offerS', 'departS', 'handoffS', 'silenceS', 'updateS', 'familyS', 'followUpS'] as const;

/** Every queue has a ladder for all priorities, whose steps follow one another. */
export function checkLadders(policy: LadderPolicy, t: AdminTexts): string[] {
  const wrong = QUEUES.filter((queue) => !policy.ladders.some((one) => one.queue === queue && one.priority === 4)).map(
    (queue) => t.problem.whole(t.queues[queue]),
  );
  for (const { queue, steps, repeatS } of policy.ladders) {
    const name = t.queues[queue];
    if (steps.length === 0) wrong.push(t.problem.steps(name));
    if (steps.some((step, place) => place > 0 && step.afterS < steps[place - 1]!.afterS))
      wrong.push(t.problem.order(name));
    if (!(repeatS >= 10)) wrong.push(t.problem.repeat(name));
  }
  for (const what of SECONDS) if (!(policy[what] > 0)) wrong.push(t.problem.seconds(t.seconds[what]));
  return wrong;
}

/** The last rule holds for whatever fits nothing; each says why. */
export function checkRouting({ rules }: RoutingPolicy, t: AdminTexts): string[] {
  const last = rules.at(-1);
  const open = last !== undefined && Object.keys(conditionsOf(last)).length === 0;
  return [
    ...(open ? [] : [t.problem.last]),
    ...rules.flatMap(({ hours }, place) =>
      hours !== undefined && hours.from === hours.to ? [t.problem.hours(place + 1)] : [],
    ),
    ...rules.flatMap((rule, place) => (rule.reason.trim() === '' ? [t.problem.reason(place + 1)] : [])),
  ];
}

/** The conditions of a rule, without what it leads to. */
export function conditionsOf({
  queue: _queue,
  priority: _priority,
  quiet: _quiet,
  reason: _reason,
  ...conditions
}: RoutingPolicy['rules'][number]): Omit<RoutingPolicy['rules'][number], 'queue' | 'priority' | 'quiet' | 'reason'> {
  return conditions;
}
