import type { MultiBar, SingleBar } from 'cli-progress';
import { bytesText, durationText, printable, rateText, shortened } from './format.ts';
import type { Output } from './output.ts';

/** A task as people see it while it is on its way. */
export interface Row {
  readonly tid: string;
  readonly name: string;
  /** What it does when that is not plain moving: `retrying`. */
  readonly note: string;
  readonly done: number;
  /** −1 while unknown. */
  readonly total: number;
  readonly bytesPerSecond: number;
}

/** What people see while tasks run: lines that stay, and the rows that run now. */
export interface Board {
  line(text: string): void;
  /** A line of trouble: on standard error, also when quiet. */
  trouble(text: string): void;
  /** @param waiting  how many tasks wait for a slot. */
  show(rows: readonly Row[], waiting: number): void;
  /** Nothing moves any more; lines may still come. */
  end(): void;
}

export async function createBoard(output: Output): Promise<Board> {
  if (output.quiet) return { ...plainBoard(output), line() {}, show() {} };
  return output.live ? liveBoard(output) : plainBoard(output);
}

/** How often a line about a task that is on its way is worth its place in a log, ms. */
const linePeriodMs = 2_000;

function plainBoard({ people, stderr }: Output): Board {
  const saidAtMs = new Map<string, number>();
  const line = (text: string) => void people.write(`${text}\n`);
  return {
    line,
    trouble: (text) => void stderr.write(`${text}\n`),
    show(rows) {
      const nowMs = Date.now();
      for (const row of rows) {
        const lastMs = saidAtMs.get(row.tid);
        if (lastMs === undefined) saidAtMs.set(row.tid, nowMs);
        else if (nowMs - lastMs >= linePeriodMs) {
          saidAtMs.set(row.tid, nowMs);
          line(rowText(row));
        }
      }
    },
    end() {},
  };
}

/** Bars that fit on a screen; the rest is counted. */
const barsMax = 16;

async function liveBoard({ people, stderr }: Output): Promise<Board> {
  const { default: progress } = await import('cli-progress');
  const multi: MultiBar = new progress.MultiBar({
    stream: people,
    fps: 12,
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true,
    linewrap: false,
    emptyOnZero: true,
    format: (_, { maxWidth }, payload: { draw?: (width: number) => string }) => payload.draw?.(maxWidth - 1) ?? '',
  });
  const bars: SingleBar[] = [];
  let started = false;
  let ended = false;
  const say = (text: string, stream: NodeJS.WriteStream) => {
    if (ended || !stream.isTTY || !started) stream.write(`${text}\n`);
    else multi.log(`${text}\u001b[K\n`);
  };
  const end = () => {
    if (ended) return;
    ended = true;
    if (started) multi.update(); // lines that were said since the last one
    multi.stop();
  };
  return {
    line: (text) => say(text, people),
    trouble: (text) => say(text, stderr),
    show(rows, waiting) {
      if (ended) return;
      started ||= rows.length > 0;
      const hidden = Math.max(0, rows.length - barsMax);
      const draws = rows.slice(0, barsMax).map((row) => (width: number) => barText(row, width));
      const more = [hidden > 0 ? `${hidden} more running` : '', waiting > 0 ? `${waiting} waiting` : ''].filter(
        Boolean,
      );
      if (more.length > 0) draws.push(() => `  ${more.join(', ')}`);
      for (const [at, draw] of draws.entries()) {
        const bar = bars[at];
        if (bar === undefined) bars.push(multi.create(1, 0, { draw }));
        else bar.update(0, { draw });
      }
      for (const bar of bars.splice(draws.length)) multi.remove(bar);
    },
    end,
  };
}

const nameWidthMax = 28;
const barWidthMax = 30;

/** `name  ███████░░░░░   58 %  2.3 of 4.0 MiB  1.1 MiB/s  1.5 s left`, made to fit. */
export function barText(row: Row, width: number): string {
  const { done, total, bytesPerSecond, note } = row;
  const share = total > 0 ? Math.min(1, done / total) : total === 0 ? 1 : null;
  const percent = share === null ? '    ' : `${String(Math.floor(share * 100)).padStart(3)}%`;
  const amount = total < 0 ? bytesText(done) : `${bytesText(done)} of ${bytesText(total)}`;
  const parts = [
    percent,
    amount.padEnd(20),
    note || (bytesPerSecond > 0 ? rateText(bytesPerSecond) : ''),
    note ? '' : leftText(row),
  ];
  const tail = parts.filter((part) => part !== '').join('  ');
  const nameWidth = Math.min(nameWidthMax, Math.max(8, Math.floor(width / 4)));
  const name = shortened(printable(row.name), nameWidth).padEnd(nameWidth);
  // The tail grows and shrinks; the bar does not.
  const barWidth = Math.min(barWidthMax, width - nameWidth - 2 - tailWidth - 2);
  if (barWidth < 5) return `${name}  ${tail}`.slice(0, width);
  const filled = share === null ? 0 : Math.round(share * barWidth);
  return `${name}  ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}  ${tail}`.slice(0, width);
}

/** Room for percent, amount, rate and what is left. */
const tailWidth = 52;

export function rowText(row: Row): string {
  const { done, total, bytesPerSecond, note } = row;
  const amount = total > 0 ? `${Math.floor((done / total) * 100)}% of ${bytesText(total)}` : bytesText(done);
  const rate = bytesPerSecond > 0 ? rateText(bytesPerSecond) : '';
  return `${printable(row.name)}: ${[amount, note || rate, note ? '' : leftText(row)].filter(Boolean).join(', ')}`;
}

function leftText({ done, total, bytesPerSecond }: Row): string {
  if (total < 0 || bytesPerSecond <= 0 || done >= total) return '';
  return `${durationText(((total - done) / bytesPerSecond) * 1000)} left`;
}
