/**
 * Gives a request its credential: nothing is signed, the token stands in the query.
 *
 * @param target  path and query, or a whole address.
 * @source cloud-services.md 5.3
 */
export function sign(target: string, { accessToken }: { readonly accessToken: string }): string {
  return `${target}${target.includes('?') ? '&' : '?'}access_token=${encodeURIComponent(accessToken)}`;
}
