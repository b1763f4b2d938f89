/** A process that sets timers as its argument says and prints what happens. */
import { createSystemClock } from '../../src/adapters/clock/system.ts';

const clock = createSystemClock();
const ring = (bell: string) => () => console.log(`${bell} rings`);
const hourMs = 3_600_000;

const scripts: Readonly<Record<string, () => void>> = {
  idle: () => void clock.after(hourMs, ring('idle'), { idle: true }),
  mixed: () => {
    clock.after(10, ring('idle'), { idle: true });
    clock.after(20, ring('work'));
    clock.after(hourMs, ring('idle'), { idle: true });
  },
  cancelled: () => {
    clock.after(hourMs, ring('idle'), { idle: true });
    const work = clock.after(hourMs, ring('work'));
    clock.after(5, () => work.cancel());
  },
  throwing: () => {
    process.on('uncaughtException', (error) => console.log(`caught: ${error.message}`));
    clock.after(5, () => {
      throw new Error('a bug in a ring');
    });
    clock.after(5, ring('next'));
  },
};

process.on('exit', () => console.log('exit'));
scripts[process.argv[2] ?? '']?.();
