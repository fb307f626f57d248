import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes half a minute and more, by the ends of their paths. */
const LONG = [
  'property/pure.test.ts',
  'intake/lanes.test.ts',
  'intake/bridge.test.ts',
  'e2e/screens.test.ts',
  'e2e/desk.test.ts',
  'e2e/handoff.test.ts',
  'e2e/help-arrives.test.ts',
  'e2e/vendor.test.ts',
  'e2e/box-page.test.ts',
  'access/routes.test.ts',
  'stories/ladder.test.ts',
  'field/page.test.ts',
  'telephone/misbehaving-cases.test.ts',
];

/**
 * The longest begin first, each in its group, so that no worker waits for the other at the end: a fresh clone has no record
 * of how long each took.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const group = (one: TestSpecification): number => one.project.config.sequence.groupOrder;
    const isShort = (one: TestSpecification): number => (LONG.some((end) => one.moduleId.endsWith(end)) ? 0 : 1);
    return (await super.sort(files)).toSorted((a, b) => group(a) - group(b) || isShort(a) - isShort(b));
  }
}
