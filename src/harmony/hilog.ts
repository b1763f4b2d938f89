/** `@ohos.hilog`: the device's log, on the console. @source neighbours.md 10 */
const LogLevel = { DEBUG: 3, INFO: 4, WARN: 5, ERROR: 6, FATAL: 7 };

type Log = (domain: number, tag: string, format: string, ...args: readonly unknown[]) => void;

const hilog = {
  LogLevel,
  debug: logTo('debug'),
  info: logTo('info'),
  warn: logTo('warn'),
  error: logTo('error'),
  fatal: logTo('error'),
  isLoggable: (_domain: number, _tag: string, _level: number): boolean => true,
};

declare namespace hilog {
  type LogLevel = number;
}

export default hilog;

function logTo(method: 'debug' | 'info' | 'warn' | 'error'): Log {
  return (domain, tag, format, ...args) => {
    const place = `${domain.toString(16).toUpperCase().padStart(5, '0')}/${tag}`;
    console[method](`${place}: ${filled(format, args)}`);
  };
}

/** `%{public}s` and its like stand for an argument; `%{private}s`, and what says neither, for what is not shown. */
function filled(format: string, args: readonly unknown[]): string {
  let next = 0;
  return format.replace(
    /%(?:\{(public|private)\})?([sdifoOxXc%])/g,
    (all, privacy: string | undefined, kind: string) => {
      if (kind === '%') return '%';
      if (next >= args.length) return all;
      const value = args[next];
      next += 1;
      if (privacy !== 'public') return '<private>';
      return kind === 'o' || kind === 'O' ? JSON.stringify(value) : String(value);
    },
  );
}
