import type { Counted } from './count-resources.ts';
import { type Estimate, estimate } from './estimate.ts';
import { prices } from './prices.ts';

const HOURS = 730;
/** No shop sends more in a month. */
const MOST_EVENTS = 1e12;

/** Where something else becomes cheaper, or another line the largest; one sentence each. */
export function tippingPoints(counted: Counted): string[] {
  const usd = ({ lines }: Estimate, service: string, what?: string) =>
    lines
      .filter((each) => each.service === service && (!what || each.what === what))
      .reduce((sum, each) => sum + each.usd, 0);
  const million = (events: number | undefined) =>
    events === undefined
      ? 'at no volume'
      : `from ${Math.round(events / 1e6).toLocaleString('en')} million events a month on`;
  const first = (holds: (at: Estimate) => boolean) => firstVolume(counted, holds);

  const instances = counted.instances * prices.auroraInstanceHour.usd * HOURS;
  const nat = counted.zones * prices.natHour.usd * HOURS;
  const endpoints = counted.endpointZones * prices.endpointHour.usd * HOURS;
  return [
    `What events cost passes what stands still ${million(first(({ total, fixed }) => total > 2 * fixed))}.`,
    `Bus and archive cost more than the database's capacity ${million(first((at) => usd(at, 'EventBridge') > usd(at, 'Aurora', 'capacity')))}: publishers that send straight to the queues save it, and have no archive to replay.`,
    `Provisioned instances (db.r7g.large, before reservations) are cheaper than Serverless v2 ${million(first((at) => usd(at, 'Aurora', 'capacity') > instances))}, that is above ${(prices.auroraInstanceHour.usd / prices.auroraAcuHour.usd).toFixed(1)} ACU on average; they do not grow at peaks.`,
    `Aurora I/O-Optimized is cheaper than Standard ${million(first((at) => optimized(at) < usd(at, 'Aurora') - usd(at, 'Aurora', 'backups')))}.`,
    `NAT gateways would cost ${nat.toFixed(0)} USD and more by the GB, in place of ${endpoints.toFixed(0)} for ${counted.endpoints} endpoints: cheaper by the hour above ${(prices.natHour.usd / prices.endpointHour.usd).toFixed(1)} endpoints a zone, and a way out for data.`,
  ];
}

/** What compute and storage would be with I/O included. */
function optimized({ lines, load }: Estimate): number {
  const capacity = lines.find(({ service, what }) => service === 'Aurora' && what === 'capacity')!.usd;
  return capacity * prices.auroraOptimizedComputeFactor.usd + load.storedGb * prices.auroraOptimizedStorage.usd;
}

/** The least volume, to 1 %, from which it holds; undefined where it never does. */
function firstVolume(counted: Counted, holds: (at: Estimate) => boolean): number | undefined {
  for (let events = 1e5; events < MOST_EVENTS; events *= 1.01) if (holds(estimate(counted, events))) return events;
  return undefined;
}
