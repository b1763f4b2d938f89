import { currentPlace } from './run.ts';

/** What a case may ask about itself, and print. */
// biome-ignore lint/complexity/noStaticOnlyClass: a class on a device
export class SysTestKit {
  static print(message: string): void {
    console.log(message);
  }

  /** Name of the suite that runs; empty between suites. */
  static getDescribeName(): string {
    return currentPlace()?.suite.name ?? '';
  }

  /** Name of the case that runs; empty between cases. */
  static getItName(): string {
    return currentPlace()?.it.name ?? '';
  }

  /** Attribute of the case that runs, null between cases. */
  static getItAttribute(): number | null {
    return currentPlace()?.it.attribute ?? null;
  }

  static actionStart(tag: string): void {
    console.log(`action start: ${tag}`);
  }

  static actionEnd(tag: string): void {
    console.log(`action end: ${tag}`);
  }
}
