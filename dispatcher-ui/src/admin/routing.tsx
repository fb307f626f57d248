import { Button, Checkbox, Input, Select } from 'antd';
import type { ReactNode } from 'react';
import { EVENT_TYPES, type EventType } from '#contracts/device.ts';
import { QUEUES, type Queue } from '#contracts/incident.ts';
import type { RoutingRule } from '#contracts/policy.ts';
import { textOr } from '../i18n/i18n.ts';
import { checkRouting, conditionsOf } from './check.ts';
import { PolicyFrame } from './policy-frame.tsx';
import { RuleLimits } from './rule-limits.tsx';
import { useTexts, type AdminTexts } from './texts.ts';
import { usePolicy } from './use-policy.ts';
import { useRegions } from './use-regions.ts';

/** Signals that open a case, which a rule can name. */
const TYPES = (Object.keys(EVENT_TYPES) as EventType[]).filter((type) =>
  ['emergency', 'medical', 'household'].includes(EVENT_TYPES[type]),
);
const nameOf = (type: string): string => textOr(`kind.${type}`, type);

/** Which signal goes where: rules in order, in words, each to be changed and moved. */
export function Routing({ may }: { may: boolean }): ReactNode {
  const t = useTexts();
  const edit = usePolicy('routing');
  const regions = useRegions();
  const regionOf = (path: string): string | undefined => regions.find((one) => one.path === path)?.name;
  const { body, draft, change } = edit;
  const rules = body?.rules ?? [];
  const put = (next: RoutingRule[]): void => change({ rules: next });
  const set = (place: number, rule: RoutingRule): void => put(rules.map((one, at) => (at === place ? rule : one)));
  const move = (place: number, by: -1 | 1): void => {
    const next = [...rules];
    next.splice(place + by, 0, ...next.splice(place, 1));
    put(next);
  };
  // Before the last, which takes whatever is left.
  const add = (): void =>
    put([...rules.slice(0, -1), { types: ['sos'], queue: 'emergency', priority: 1, reason: '' }, ...rules.slice(-1)]);
  return (
    <PolicyFrame edit={edit} hint={t.routingHint} wrong={draft ? checkRouting(draft, t) : []} may={may}>
      <ol className="admin-rules">
        {rules.map((rule, place) => (
          // Rules have no name of their own.
          <li key={place}>
            <span className="admin-what">{wordsOf(rule, t, regionOf)}</span>
            {draft === null ? (
              <Shown rule={rule} />
            ) : (
              <RuleForm
                rule={rule}
                isLast={place === rules.length - 1}
                set={(next) => set(place, next)}
                keys={
                  <>
                    <Button size="small" type="text" disabled={place === 0} onClick={() => move(place, -1)}>
                      {t.up}
                    </Button>
                    <Button
                      size="small"
                      type="text"
                      disabled={place === rules.length - 1}
                      onClick={() => move(place, 1)}
                    >
                      {t.down}
                    </Button>
                    <Button size="small" type="text" onClick={() => put(rules.filter((_one, at) => at !== place))}>
                      {t.drop}
                    </Button>
                  </>
                }
              />
            )}
          </li>
        ))}
      </ol>
      {draft !== null && <Button onClick={add}>{t.addRule}</Button>}
    </PolicyFrame>
  );
}

function wordsOf(rule: RoutingRule, t: AdminTexts, regionOf: (path: string) => string | undefined): string {
  const { types, effects, condition, hours, days, region, ...flags } = conditionsOf(rule);
  const parts = [
    ...(types ? [types.map(nameOf).join('、')] : []),
    ...(effects ? [effects.map((one) => t.effects[one] ?? one).join('、')] : []),
    ...(['unreadable', 'unknownDevice', 'powerDependent', 'livesAlone'] as const).flatMap((flag) =>
      flags[flag] === true ? [t[flag]] : [],
    ),
    ...(condition === undefined ? [] : [t.condition(condition)]),
    ...(hours === undefined ? [] : [t.hours(hours.from, hours.to)]),
    ...(days === undefined ? [] : [days.map((day) => t.weekdays[day - 1]).join('、')]),
    ...(region === undefined ? [] : [t.onlyRegion(regionOf(region))]),
  ];
  return parts.length === 0 ? t.otherwise : parts.join(' · ');
}

function Shown({ rule }: { rule: RoutingRule }): ReactNode {
  const t = useTexts();
  return (
    <>
      <span>
        {t.queues[rule.queue]} · {t.priorities[rule.priority - 1]}
        {rule.quiet === true && ` · ${t.quiet}`}
      </span>
      <span className="grey">{rule.reason}</span>
    </>
  );
}

function RuleForm({
  rule,
  isLast,
  set,
  keys,
}: {
  rule: RoutingRule;
  /** It takes whatever is left, at any time and everywhere. */
  isLast: boolean;
  set: (rule: RoutingRule) => void;
  keys: ReactNode;
}): ReactNode {
  const t = useTexts();
  return (
    <span className="admin-rule-form">
      {rule.types !== undefined && (
        <Select
          mode="multiple"
          aria-label={t.types}
          value={rule.types}
          options={TYPES.map((value) => ({ value: value as string, label: nameOf(value) }))}
          onChange={(types: string[]) => set({ ...rule, types: types.length === 0 ? rule.types : types })}
        />
      )}
      <Select
        aria-label={t.queue}
        value={rule.queue}
        options={QUEUES.map((value) => ({ value, label: t.queues[value] }))}
        onChange={(queue: Queue) => set({ ...rule, queue })}
      />
      <Select
        aria-label={t.priority}
        value={rule.priority}
        options={t.priorities.map((label, at) => ({ value: (at + 1) as RoutingRule['priority'], label }))}
        onChange={(priority: RoutingRule['priority']) => set({ ...rule, priority })}
      />
      <Input
        aria-label={t.reason}
        value={rule.reason}
        maxLength={100}
        placeholder={t.reason}
        onChange={(event) => set({ ...rule, reason: event.target.value })}
      />
      <Checkbox
        checked={rule.quiet === true}
        onChange={(event) => set({ ...rule, quiet: event.target.checked ? true : undefined })}
      >
        {t.quiet}
      </Checkbox>
      {keys}
      {!isLast && <RuleLimits rule={rule} set={set} />}
    </span>
  );
}
