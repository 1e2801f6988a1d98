/** For people: without the password. */
export function showRedisAddress(url: string): string {
  if (url.startsWith("/")) return `unix:${url}`;
  return url.replace(/\/\/([^/@]*)@/, "//");
}
