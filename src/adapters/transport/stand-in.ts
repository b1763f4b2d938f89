import type { OutgoingRequest } from './carrier.ts';

/** Host name, perhaps with a port → origin that answers in its place, such as `http://127.0.0.1:8080`. */
export type StandIns = Readonly<Record<string, string>>;

/** The request as it goes to whoever stands in for its host, who still hears whom it was meant for. */
export function redirected(request: OutgoingRequest, hosts: StandIns): OutgoingRequest {
  const { url, headers } = request;
  const name = [url.host, url.hostname].find((each) => Object.hasOwn(hosts, each));
  const origin = name === undefined ? undefined : hosts[name];
  if (origin === undefined) return request;
  const hasHost = headers.some(([header]) => header.toLowerCase() === 'host');
  return {
    ...request,
    url: Object.assign(new URL(origin), { pathname: url.pathname, search: url.search }),
    headers: hasHost ? headers : [['host', url.host], ...headers],
  };
}
