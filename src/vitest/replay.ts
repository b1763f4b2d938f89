import type { LongshoreOptions } from './settings.ts';

/** The command that runs one case again, in the world it failed in. */
export function replayCommand(file: string, place: string, options: LongshoreOptions): string {
  const { seed = 1, rules, hosts = {}, virtualTime = false, parameters = {} } = options;
  const rest = Object.entries(parameters).filter(([name]) => name !== 'class');
  return [
    `longshore test ${quoted(file)} --seed ${seed}`,
    rules === undefined ? '' : `--rules ${rules}`,
    ...Object.entries(hosts).map(([name, origin]) => `--hosts ${quoted(`${name}=${origin}`)}`),
    virtualTime ? '--virtual-time' : '',
    ...rest.map(([name, value]) =>
      name === 'timeout' ? `--timeout ${value}` : `--param ${quoted(`${name}=${value}`)}`,
    ),
    `--filter ${quoted(place, '"')}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** For a shell; bare where that says the same. */
function quoted(text: string, quote: '"' | '' = ''): string {
  if (quote === '' && /^[\w@%+=:,./-]+$/.test(text)) return text;
  return /["$`\\!\n]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}
