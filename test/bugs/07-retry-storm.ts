import type { Client } from '../../src/fuzz/types.ts';
import { begin, codeOf, download, pause, takeUp } from './kit.ts';

export const title = 'what is refused is asked for again at once, without end';
export const pain = 'P17';
export const finds = 'limits';

export const buggy: Client = async (device) => {
  await takeUp(device);
  return { sync: fetchNews };
  async function fetchNews(): Promise<void> {
    try {
      await begin(device, download(device, '/news.json'));
    } catch (error) {
      if (codeOf(error) === 13400003) return fetchNews();
      throw error;
    }
  }
};

const triesMax = 5;

export const corrected: Client = async (device) => {
  await takeUp(device);
  return { sync: () => fetchNews(1) };
  async function fetchNews(tries: number): Promise<void> {
    try {
      await begin(device, download(device, '/news.json'));
    } catch (error) {
      if (codeOf(error) !== 13400003 || tries === triesMax) throw error;
      await pause(1_000 * 2 ** tries);
      return fetchNews(tries + 1);
    }
  }
};
