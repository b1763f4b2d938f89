import { describe, expect, it } from 'vitest';
import { ruleSets } from '../../machines/vocabulary.ts';
import {
  callMark,
  coverageOf,
  coverageText,
  mergeCoverage,
  missing,
  sharesOf,
  unreachableCells,
} from '../../src/fuzz/coverage.ts';
import { allCells, cellsByKey, type Kin, modes, type Place, stateKey } from '../../src/fuzz/coverage-cells.ts';
import { coveragePage } from '../../src/fuzz/coverage-page.ts';
import { engineCampaign } from '../../src/fuzz/engine/campaign.ts';
import published from '../../src/fuzz/engine/operation-matrix.json' with { type: 'json' };
import { createWorld } from '../../src/sim/index.ts';

const campaign = await engineCampaign();

const background = { rules: 'documented', action: 'download', mode: 'background' } as const;

/** A download that is paused before it runs, and started twice. */
async function shortRun() {
  const world = createWorld({ files: { '/file': 1_000 } });
  const task = await world.create();
  await expect(task.pause()).rejects.toThrow();
  await task.start();
  await world.run(1_000);
  await expect(task.start()).rejects.toThrow();
  return world;
}

describe('the campaign of the engine', () => {
  it('reaches every cell that can be reached', () => {
    expect(missing(campaign.coverage).map(({ key }) => key)).toEqual([]);
  });

  it('reaches none of those that are said to be out of reach', () => {
    const reached = unreachableCells().filter(({ key }) => campaign.coverage[key] !== undefined);

    expect(reached).toEqual([]);
  });

  it('is the same walk for the same seed, and another one for another', { timeout: 60_000 }, async () => {
    const walk = (seed: number) => engineCampaign({ seed, rules: ['device'], movesMax: 600 });

    expect(await walk(7)).toEqual(await walk(7));
    expect(await walk(8)).not.toEqual(await walk(7));
  });
});

describe('the cells', () => {
  it('have the answers of the published matrix', () => {
    const wrong: string[] = [];
    for (const rules of ruleSets) {
      for (const [row, answers] of Object.entries(published[rules])) {
        for (const [place, answer] of Object.entries<string | number>(answers)) {
          for (const kin of kinsOfRow(rules, row)) {
            const cell = cellsByKey().get(stateKey(kin, row.split('.')[0] ?? '', place as Place));
            if (cell?.answer !== answerOf(row, answer)) wrong.push(`${cell?.key}: ${cell?.answer}, not ${answer}`);
          }
        }
      }
    }

    expect(wrong).toEqual([]);
  });

  it('each say why, where nothing reaches them', () => {
    expect(unreachableCells().every(({ unreachable }) => (unreachable ?? '').length > 20)).toBe(true);
    expect(unreachableCells().map(({ key }) => key)).toContain('device state download background pause retrying');
    expect(unreachableCells().map(({ key }) => key)).toContain('documented obstacle remove serviceDown');
  });

  it('have names of their own', () => {
    expect(cellsByKey().size).toBe(allCells().length);
  });
});

describe('the coverage of a trace', () => {
  it('counts each answer in the state in which it was given', async () => {
    const world = await shortRun();

    const coverage = coverageOf([{ rules: 'documented', trace: world.trace.entries }]);

    expect(coverage[stateKey(background, 'pause', 'initialized')]).toBe(1);
    expect(coverage[stateKey(background, 'start', 'initialized')]).toBe(1);
    expect(coverage[stateKey(background, 'start', 'completed')]).toBe(1);
    expect(coverage[stateKey(background, 'pause', 'running')]).toBeUndefined();
    expect(coverage['documented edge download background task: running succeeded → completed']).toBe(1);
    expect(coverage['documented world request pass']).toBe(1);
  });

  it('counts calls on what is gone, and those that no chart hears, by their marks', async () => {
    const world = await shortRun();
    const [tid = ''] = world.engine.tasks().map((task) => task.tid);
    world.trace.add(callMark(world.clock.now(), 'on', tid));
    world.jumpClock(8 * 86_400_000);
    world.engine.collectGarbage();
    world.trace.add(callMark(world.clock.now(), 'show', tid));
    await expect(world.app.request.agent.show(tid)).rejects.toThrow();

    const coverage = coverageOf([{ rules: 'documented', trace: world.trace.entries }]);

    expect(coverage[stateKey(background, 'on', 'completed')]).toBe(1);
    expect(coverage[stateKey(background, 'show', 'gone')]).toBe(1);
  });

  it('adds up, and does not depend on the order of its parts', async () => {
    const one = coverageOf([{ rules: 'documented', trace: (await shortRun()).trace.entries }]);

    expect(mergeCoverage([one, campaign.coverage])).toEqual(mergeCoverage([campaign.coverage, one]));
    expect(mergeCoverage([one, one])[stateKey(background, 'start', 'completed')]).toBe(2);
  });
});

describe('the report', () => {
  it('names what was missed, and says how much was reached', () => {
    const text = coverageText({});

    expect(text).toContain('0 %');
    expect(text).toContain('  device state upload foreground start stopped → 21900007');
    expect(coverageText(campaign.coverage)).not.toContain('Not reached');
    expect(sharesOf(campaign.coverage).map(({ reached, reachable }) => reachable - reached)).toEqual([0, 0, 0, 0]);
  });

  it('is one page that fetches nothing, and shows every cell', () => {
    const page = coveragePage({}, { title: 'a <client>' });

    expect(page).toContain('<title>Coverage: a &#60;client&#62;</title>');
    expect(page).not.toMatch(/<script|src=|href=|url\(/);
    expect(page.match(/class="miss"/g)?.length).toBe(missing({}).length + 1);
    expect(coveragePage({}, { title: 'a client', rules: ['device'] })).not.toContain('documented');
    expect(coveragePage(campaign.coverage, { title: 'engine' })).toContain('1064 of 1064');
  });
});

function kinsOfRow(rules: Kin['rules'], row: string): Kin[] {
  const [, of] = row.split('.');
  return (['download', 'upload'] as const)
    .flatMap((action) => modes.map((mode): Kin => ({ rules, action, mode })))
    .filter(({ action, mode }) => of === undefined || of === action || of === mode);
}

function answerOf(row: string, answer: string | number): 'allowed' | number {
  if (typeof answer === 'number') return answer;
  return row === 'search' && answer === 'hidden' ? 21900006 : 'allowed';
}
