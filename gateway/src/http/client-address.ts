import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

const NETWORK_GROUPS = 4;
const MAPPED_PREFIX = '0:0:0:0:0:ffff';

/**
 * Who asks, for limits: an IPv4 address, or the /64 network of an IPv6 one. Proxies write addresses with ports and brackets, which count for
 * nothing, else each connection would be a client of its own; what a proxy wrote and is no address counts as the proxy's own.
 */
export function clientAddress({ ip, ips }: Pick<FastifyRequest, 'ip' | 'ips'>): string {
  // From the connection's other end to the client.
  for (const said of [...(ips ?? [ip])].reverse()) {
    const address = addressIn(`${said}`);
    if (address !== undefined) return isIP(address) === 4 ? address : networkOf(address);
  }
  return 'unknown';
}

/** An address without brackets, port and zone; undefined for what is none. */
function addressIn(text: string): string | undefined {
  const bare = text.trim();
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(bare) ?? [];
  const [, dotted] = /^([\d.]+):\d{1,5}$/.exec(bare) ?? [];
  const address = (bracketed ?? dotted ?? bare).replace(/%.*$/, '');
  return isIP(address) === 0 ? undefined : address;
}

function networkOf(address: string): string {
  const groups = groupsOf(address);
  if (groups.slice(0, -2).join(':') !== MAPPED_PREFIX) return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`;
  return groups
    .slice(-2)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((value) => [value >> 8, value & 0xff])
    .join('.');
}

/** The eight groups, without leading zeros. */
function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [first, last] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':'))) as [string[], string[]];
  return [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last];
}
