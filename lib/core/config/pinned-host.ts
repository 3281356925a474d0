/**
 * Whether a config's list names a server: `db.example.com` on any port, `db.example.com:5433` on one, `*.example.com` every host below it. The
 * loopback interface needs no entry.
 */
export function isPinned(hosts: readonly string[], host: string, port: number): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  if (name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name)) return true;
  return hosts.some((entry) => {
    const [, pattern = "", only] =
      /^(\[[^\]]*\]|[^:]*|[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:]*)(?::(\d+))?$/i.exec(entry.toLowerCase()) ?? [];
    if (only !== undefined && Number(only) !== port) return false;
    const wanted = pattern.replace(/^\[|\]$/g, "");
    return wanted.startsWith("*.")
      ? name.endsWith(wanted.slice(1)) && name.length > wanted.length - 1
      : name === wanted;
  });
}
