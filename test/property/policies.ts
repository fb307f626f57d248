import { DEFAULT_LADDER, DEFAULT_ROUTING, type Policy } from '#dispatch/domain/policy.ts';
import { deepFreeze } from './freeze.ts';

/** The default; one that is impatient and climbs by priority; one with rules that nobody should write, and quiet ones. */
export const TEST_POLICIES: readonly Policy[] = deepFreeze([
  { routingVersion: 0, routing: DEFAULT_ROUTING, ladderVersion: 0, ladder: DEFAULT_LADDER },
  {
    routingVersion: 1,
    routing: DEFAULT_ROUTING,
    ladderVersion: 1,
    ladder: {
      ...DEFAULT_LADDER,
      ladders: [
        {
          queue: 'emergency',
          priority: 1,
          repeatS: 10,
          steps: [
            { afterS: 0, who: '120' },
            { afterS: 5, who: 'grid_worker' },
          ],
        },
        { queue: 'emergency', priority: 4, repeatS: 10, steps: [{ afterS: 2, who: 'family' }] },
        { queue: 'medical', priority: 4, repeatS: 30, steps: [{ afterS: 0, who: 'grid_worker' }] },
      ],
      offerS: 15,
      departS: 20,
      handoffS: 10,
      silenceS: 5,
      updateS: 30,
      followUpS: 600,
    },
  },
  {
    routingVersion: 2,
    routing: {
      rules: [
        { types: ['sos'], queue: 'household', priority: 4, reason: '写错的规则' },
        {
          types: ['alarm_other', 'fall'],
          quiet: true,
          queue: 'emergency',
          priority: 1,
          reason: '可能有外人在场,不出声',
        },
        { types: ['service'], queue: 'medical', priority: 3, reason: '这一片的绿键先问身体' },
        ...DEFAULT_ROUTING.rules,
      ],
    },
    ladderVersion: 2,
    ladder: DEFAULT_LADDER,
  },
]);
