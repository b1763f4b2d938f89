import type { HeaderList } from '../adapters/transport/carrier.ts';
import { answerWith, type Handler, type Personality, type ServerResponse } from '../adapters/transport/internet.ts';

export type { Personality } from '../adapters/transport/internet.ts';

/**
 * A server with these personalities; the first is nearest to the client. Any handler may have them, that of a cloud
 * service too. `behave` makes a fault rule of one, for some requests only.
 */
export function withPersonalities(serve: Handler, personalities: readonly Personality[]): Handler {
  return personalities.reduceRight<Handler>((next, personality) => (request) => personality(request, next), serve);
}

/** Ranges are ignored, and none is offered. */
export const noRanges: Personality = (request, serve) =>
  without(serve({ ...request, headers: omit(request.headers, ['range', 'if-range']) }), ['accept-ranges']);

/** Every response has another ETag, so that nothing kept of an earlier one is ever good; without one, it gets one. */
export const changedEtag: Personality = (request, serve) => {
  const isConditional = request.headers['if-range'] !== undefined;
  const headers = isConditional ? omit(request.headers, ['range', 'if-range']) : request.headers;
  const response = serve({ ...request, headers });
  const old = headerOf(response, 'etag')?.replace(/^W\/|"/g, '') ?? 'none';
  return withHeader(without(response, ['last-modified']), 'etag', `"${old}-${request.nowMs ?? 0}"`);
};

/** Nothing tells one version of a file from the next. */
export const noValidators: Personality = (request, serve) => without(serve(request), ['etag', 'last-modified']);

/** No response names its length. */
export const noLength: Personality = (request, serve) => without(serve(request), ['content-length']);

/** The length that is named is wrong by so many bytes: too long, and the connection ends early; too short, and the rest is lost. */
export function wrongLength(byBytes: number): Personality {
  return (request, serve) => {
    const response = serve(request);
    const bytes = Math.max(0, response.body.size + byBytes);
    return withHeader(response, 'content-length', String(bytes));
  };
}

/** Every address leads to itself. */
export const redirectLoop: Personality = ({ url }) => answerWith(302, [['location', url.href]]);

/** Every answer is this one. */
export function failing(status: number, headers: HeaderList = [], body = `${status}\n`): Personality {
  return () => answerWith(status, headers, body);
}

/** An error that calls itself a success: in place of any file comes this page, with the length that it has. */
export function errorPage(body: string): Personality {
  const type = body.startsWith('<') ? 'text/html' : 'application/json';
  return () => answerWith(200, [['content-type', type]], body);
}

/** So much later than it could be. */
export function slowFirstByte(delayMs: number): Personality {
  return (request, serve) => {
    const response = serve(request);
    return { ...response, delayMs: (response.delayMs ?? 0) + delayMs };
  };
}

/** No faster than this, whatever the wire could do. */
export function slowBody(bytesPerSecond: number): Personality {
  return (request, serve) => {
    const response = serve(request);
    return { ...response, bytesPerSecond: Math.min(bytesPerSecond, response.bytesPerSecond || bytesPerSecond) };
  };
}

function headerOf({ headers }: ServerResponse, name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1];
}

function withHeader(response: ServerResponse, name: string, value: string): ServerResponse {
  return { ...response, headers: [...without(response, [name]).headers, [name, value]] };
}

function without(response: ServerResponse, names: readonly string[]): ServerResponse {
  return { ...response, headers: response.headers.filter(([name]) => !names.includes(name.toLowerCase())) };
}

function omit(headers: Readonly<Record<string, string>>, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
