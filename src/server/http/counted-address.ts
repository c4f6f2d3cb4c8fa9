/**
 * What sign-ins are counted by: the address, or of IPv6 its first 64 bits. Whoever has one such address has all of its network
 * (RFC 6177), and would have a fresh limit with each.
 */
export function countedAddress(address: string): string {
  // Some proxies add the port.
  const [, inside, version4] = /^\[(.*)\](?::\d+)?$|^(\d+(?:\.\d+){3}):\d+$/.exec(address) ?? [];
  if (version4 !== undefined) return version4;
  const bare = (inside ?? address).replace(/%.*$/, '');
  if (!bare.includes(':') || !URL.canParse(`http://[${bare}]/`)) return address;
  // The URL standard writes every spelling of an address in one way.
  const { hostname } = new URL(`http://[${bare}]/`);
  const groups = groupsOf(hostname.slice(1, -1));
  const isMapped = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff';
  if (isMapped) return groups.slice(6).flatMap(bytesOf).join('.');
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** The eight groups of an address that has at most one `::`. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
}

function bytesOf(group: string): number[] {
  const both = Number.parseInt(group, 16);
  return [both >> 8, both & 255];
}
