import type { MemoryFiles } from '../../src/adapters/files/memory.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Files } from '../../src/ports/files.ts';

/** How long a file takes to be closed. */
const flushMs = 50;

/**
 * A disk that keeps what it is given in memory until the file is closed, as real ones keep what fills no buffer, and
 * then takes its time.
 * @param changed  hears of each change of what is on the disk.
 */
export function lateFiles(disk: MemoryFiles, clock: Clock, changed: (how: string) => void = () => {}): Files {
  return {
    look: (path) => disk.look(path),
    realPath: (path) => disk.realPath(path),
    unlink: (path) => disk.unlink(path),
    reader: (path, from, to) => disk.reader(path, from, to),
    touch: (path) => disk.touch(path),
    truncate: (path) => {
      disk.truncate(path);
      changed('truncated');
    },
    writer: async (path, offset) => {
      const writer = await disk.writer(path, offset);
      const kept: Uint8Array[] = [];
      changed('opened');
      return {
        write: async (piece) => void kept.push(piece.slice()),
        close: async () => {
          await new Promise<void>((resolve) => clock.after(flushMs, resolve));
          for (const piece of kept.splice(0)) {
            await writer.write(piece);
            changed('written');
          }
          await writer.close();
        },
      };
    },
  };
}
