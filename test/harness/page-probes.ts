import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { repositoryFolder } from './process.ts';

/** What the probes keep in the page. */
interface Probed {
  /** Moments at which something was heard, ms since 1970. */
  loudAt: number[];
  firstSeen: Record<string, number>;
  shifts: { value: number; what: string[] }[];
  said: string[];
}
declare global {
  interface Window {
    probed: Probed;
  }
}

/** Puts an ear between the page and its loudspeaker, and a place for what is noted, before the page's own scripts run. */
export async function probe(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.probed = { loudAt: [], firstSeen: {}, shifts: [], said: [] };
    const ears = new Map<BaseAudioContext, AnalyserNode>();
    const connect = AudioNode.prototype.connect as (this: AudioNode, to: unknown, ...rest: unknown[]) => AudioNode;
    AudioNode.prototype.connect = function hear(this: AudioNode, to: unknown, ...rest: unknown[]) {
      if (to instanceof AudioDestinationNode) {
        const ear = ears.get(this.context) ?? this.context.createAnalyser();
        if (!ears.has(this.context)) {
          ear.fftSize = 4096;
          ears.set(this.context, ear);
          setInterval(() => {
            const wave = new Float32Array(ear.fftSize);
            ear.getFloatTimeDomainData(wave);
            if (wave.some((one) => Math.abs(one) > 0.02)) window.probed.loudAt.push(Date.now());
          }, 40);
        }
        connect.call(this, ear);
      }
      return connect.call(this, to, ...rest);
    };
  });
}

/** How long ago something was heard from the page's loudspeaker, ms; Infinity: never. */
export function silentFor(page: Page): Promise<number> {
  return page.evaluate(() => Date.now() - (window.probed.loudAt.at(-1) ?? -Infinity));
}

/** Begins to count what moved in the page without anybody's doing; call it when the page stands still. */
export async function watchShifts(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.probed.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
        sources: { node: Node | null }[];
      })[]) {
        if (entry.hadRecentInput) continue;
        // Words that have become others in their own place have moved nothing.
        const moved = entry.sources.filter(({ node }) => !(node instanceof Element && node.matches('.case-owner')));
        if (entry.sources.length > 0 && moved.length === 0) continue;
        const what = moved.map(({ node }) => (node instanceof Element ? node.outerHTML : (node?.textContent ?? '')));
        window.probed.shifts.push({ value: entry.value, what: what.map((one) => one.slice(0, 160)) });
      }
    }).observe({ type: 'layout-shift' });
  });
}

/** Everything that moved since `watchShifts`. */
export async function shiftsOf(page: Page): Promise<Probed['shifts']> {
  // Two frames: what was drawn last is reported with the next one.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return page.evaluate(() => window.probed.shifts);
}

/** Notes when `selector` matches for the first time from now on, also while this process has no time to look; see `firstSeenAt`. */
export async function lookOutFor(page: Page, selector: string): Promise<void> {
  await page.evaluate((what) => {
    delete window.probed.firstSeen[what];
    const look = (): void => {
      if (document.querySelector(what) === null) return;
      window.probed.firstSeen[what] ??= Date.now();
      watch.disconnect();
    };
    const watch = new MutationObserver(look);
    watch.observe(document.body, { subtree: true, childList: true, attributes: true });
    look();
  }, selector);
}

/** When that was, ms since 1970. Waits for it. */
export async function firstSeenAt(page: Page, selector: string): Promise<number> {
  const at = await page.waitForFunction((what) => window.probed.firstSeen[what], selector, { polling: 50 });
  return (await at.jsonValue())!;
}

/** When the page was first heard since `since`, both ms since 1970. Waits for it. */
export async function firstHeardAfter(page: Page, since: number): Promise<number> {
  const at = await page.waitForFunction((from) => window.probed.loudAt.find((one) => one >= from), since, {
    polling: 50,
  });
  return (await at.jsonValue())!;
}

/** Writes down every sentence that `selector` shows from now on. */
export async function noteSentences(page: Page, selector: string): Promise<void> {
  await page.evaluate((where) => {
    const note = (): void => {
      const text = document.querySelector(where)?.textContent?.trim() ?? '';
      if (text !== '' && window.probed.said.at(-1) !== text) window.probed.said.push(text);
    };
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
    note();
  }, selector);
}

/** The sentences so far, in order. */
export function sentencesOf(page: Page): Promise<string[]> {
  return page.evaluate(() => window.probed.said);
}

const axe = readFileSync(join(repositoryFolder, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** What axe calls serious or critical, one line each, with the element it means. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // Through the protocol, not as a script element: the page's own policy allows none.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: runner } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
        }>;
      };
    };
    const { violations } = await runner.run();
    return violations
      .filter((one) => one.impact === 'serious' || one.impact === 'critical')
      .flatMap((one) =>
        one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 200)} ${node.failureSummary.slice(0, 240)}`),
      );
  });
}
