import { Checkbox, Select } from 'antd';
import type { ReactNode } from 'react';
import type { RoutingRule } from '#contracts/policy.ts';
import { useTexts } from './texts.ts';
import { useRegions } from './use-regions.ts';

/** What a new span begins with: the hours of an office. */
const OFFICE_HOURS = { from: 8, to: 18 };

/** When and where a rule holds: hours, days, a region; each can be left open. */
export function RuleLimits({ rule, set }: { rule: RoutingRule; set: (rule: RoutingRule) => void }): ReactNode {
  const t = useTexts();
  const regions = useRegions();
  const { hours, days, region, ...rest } = rule;
  // A limit that is taken away leaves nothing behind: the last rule is known by having none.
  const put = (change: Pick<RoutingRule, 'hours' | 'days' | 'region'>): void =>
    set({
      ...rest,
      ...Object.fromEntries(Object.entries({ hours, days, region, ...change }).filter(([, one]) => one !== undefined)),
    });
  const clock = (first: number): { value: number; label: string }[] =>
    Array.from({ length: 24 }, (_none, at) => ({ value: at + first, label: t.oClock(at + first) }));
  return (
    <span className="admin-rule-limits">
      <Checkbox
        checked={hours !== undefined}
        onChange={(event) => put({ hours: event.target.checked ? OFFICE_HOURS : undefined })}
      >
        {t.onlyHours}
      </Checkbox>
      {hours !== undefined && (
        <>
          <Select
            aria-label={t.from}
            virtual={false}
            value={hours.from}
            options={clock(0)}
            onChange={(from: number) => put({ hours: { ...hours, from } })}
          />
          <Select
            aria-label={t.to}
            virtual={false}
            value={hours.to}
            options={clock(1)}
            onChange={(to: number) => put({ hours: { ...hours, to } })}
          />
        </>
      )}
      <Select
        mode="multiple"
        aria-label={t.days}
        placeholder={t.everyDay}
        value={days ?? []}
        options={t.weekdays.map((label, at) => ({ value: at + 1, label }))}
        onChange={(next: number[]) =>
          put({ days: next.length === 0 ? undefined : next.toSorted((one, other) => one - other) })
        }
      />
      <Select
        allowClear
        aria-label={t.where}
        placeholder={t.everywhere}
        showSearch={{ optionFilterProp: 'label' }}
        value={region ?? null}
        options={regions.map(({ path, name }) => ({ value: path, label: name }))}
        onChange={(next: string | null | undefined) => put({ region: next ?? undefined })}
      />
    </span>
  );
}
