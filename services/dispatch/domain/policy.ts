import type { Ladder, LadderPolicy, RoutingPolicy } from '#contracts/policy.ts';

/** Both policies in force, with the version of each. */
export interface Policy {
  routingVersion: number;
  routing: RoutingPolicy;
  ladderVersion: number;
  ladder: LadderPolicy;
}

/** What a new installation begins with. Priorities: 1 life at risk now … 4 can wait. */
export const DEFAULT_ROUTING: RoutingPolicy = {
  rules: [
    { unreadable: true, queue: 'emergency', priority: 1, reason: '信号读不懂,按急救处理' },
    { unknownDevice: true, queue: 'emergency', priority: 1, reason: '设备没有登记,按急救处理' },
    { types: ['smoke', 'gas'], queue: 'emergency', priority: 1, reason: '烟雾或燃气报警' },
    { types: ['sos'], queue: 'emergency', priority: 1, reason: '红键呼救' },
    { types: ['fall'], queue: 'emergency', priority: 1, reason: '检测到跌倒' },
    { types: ['fall_suspected'], queue: 'emergency', priority: 2, reason: '疑似跌倒' },
    { types: ['inactivity'], livesAlone: true, queue: 'emergency', priority: 1, reason: '独居老人长时间没有活动' },
    { types: ['inactivity'], queue: 'emergency', priority: 2, reason: '长时间没有活动' },
    { effects: ['emergency'], queue: 'emergency', priority: 1, reason: '不明报警,按急救处理' },
    { types: ['medical'], queue: 'medical', priority: 2, reason: '医疗求助' },
    { types: ['power_fail'], powerDependent: true, queue: 'medical', priority: 1, reason: '家中靠电维持生命,停电了' },
    { types: ['family'], queue: 'household', priority: 2, reason: '想找家人' },
    { types: ['water_leak'], queue: 'household', priority: 2, reason: '家里漏水' },
    { types: ['power_fail'], queue: 'household', priority: 3, reason: '家里停电' },
    { effects: ['household'], queue: 'household', priority: 3, reason: '绿键,要服务' },
    { queue: 'emergency', priority: 1, reason: '分不清是什么,按急救处理' },
  ],
};

/**
 * First answers: red key 95 % ≤ 10 s, 100 % ≤ 180 s, silent press to a responder ≤ 60 s (ours); follow-up next day.
 * Steps in the order of the design: operators, supervisor, neighbouring desk, family, grid worker, 120.
 */
export const DEFAULT_LADDER: LadderPolicy = {
  ladders: [
    {
      queue: 'emergency',
      priority: 4,
      repeatS: 60,
      steps: [
        { afterS: 0, who: 'operators' },
        { afterS: 10, who: 'supervisors' },
        { afterS: 20, who: 'neighbour' },
        { afterS: 30, who: 'family' },
        { afterS: 45, who: 'grid_worker' },
        { afterS: 120, who: '120' },
      ],
    },
    {
      queue: 'medical',
      priority: 4,
      repeatS: 120,
      steps: [
        { afterS: 0, who: 'operators' },
        { afterS: 30, who: 'supervisors' },
        { afterS: 60, who: 'neighbour' },
        { afterS: 90, who: 'family' },
        { afterS: 120, who: 'grid_worker' },
        { afterS: 300, who: '120' },
      ],
    },
    {
      queue: 'household',
      priority: 4,
      repeatS: 600,
      steps: [
        { afterS: 0, who: 'operators' },
        { afterS: 120, who: 'supervisors' },
        { afterS: 300, who: 'neighbour' },
      ],
    },
  ],
  clocks: {
    emergency: {
      claimed: { ackS: 60, graceS: 30 },
      responding: { ackS: 600, graceS: 120 },
      on_scene: { ackS: 900, graceS: 120 },
    },
    medical: {
      claimed: { ackS: 120, graceS: 60 },
      responding: { ackS: 600, graceS: 120 },
      on_scene: { ackS: 900, graceS: 120 },
    },
    household: {
      claimed: { ackS: 300, graceS: 120 },
      responding: { ackS: 3600, graceS: 600 },
      on_scene: { ackS: 3600, graceS: 600 },
    },
  },
  offerS: 60,
  departS: 180,
  handoffS: 60,
  silenceS: 20,
  updateS: 180,
  followUpS: 86_400,
  familyS: 90,
};

/** The ladder for a queue and priority. */
export function ladderFor(policy: Policy, queue: string, priority: number): Ladder {
  const fits = policy.ladder.ladders.find((ladder) => ladder.queue === queue && priority <= ladder.priority);
  return fits ?? policy.ladder.ladders[0]!;
}
