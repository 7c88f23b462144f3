import { readFileSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEvent } from '../setup/events.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';

/** Why there is no browser: it comes for Linux on x64, and needs Debian's libnss3. */
let missing: string | undefined;
let browser: Browser | undefined;
try {
  const executablePath = await chromium.executablePath();
  browser = await playwright.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--headless=new'] });
} catch (error) {
  missing = (error as Error).message.split('\n')[0];
}

/** The client of docs/api.md, as it stands there. */
const [, client = ''] =
  /## The live stream[\s\S]*?```js\n([\s\S]*?)```/.exec(readFileSync('docs/api.md', 'utf8')) ?? [];

const placed = (order_id: string) =>
  makeEvent('orders.order.status_changed', {
    order_id,
    status: 'created',
    currency: 'EUR',
    total_amount: 5,
    items: [],
  });

describe.skipIf(missing !== undefined)(`docs/api.md in a browser${missing ? ` (none: ${missing})` : ''}`, () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem({ LIVE_INTERVAL_SECONDS: '1', LIVE_STREAM_SECONDS: '6' });
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  /** Follows from a page of the API's origin; answers the orders that it has shown so far, and the statuses it was given. */
  async function follow(liveUrl: string | null, token = system.outputs.token) {
    // No page of the API has scripts of its own yet: its policy is left out, the origin and its CORS are not.
    const page = await browser!.newPage({ bypassCSP: true });
    const statuses: string[] = [];
    page.on('response', (response) => {
      if (response.url() === `${liveUrl}?window=5`) statuses.push(`live ${response.status()}`);
      if (response.url().includes('/realtime?')) statuses.push(`polled ${response.status()}`);
    });
    await page.goto(new URL('/health', system.outputs.apiUrl).href);
    const options = JSON.stringify({ apiUrl: system.outputs.apiUrl, liveUrl, query: '?window=5', token });
    await page.evaluate(
      `${client}; window.shown = []; window.over = 0;
       followRealtime({ ...${options}, show: ({ data }) => shown.push(data.liveOrders.map(({ orderId }) => orderId)) })
         .then((status) => { window.over = status; });
       undefined; // else the promise would be waited for`,
    );
    const shown = (): Promise<string[][]> => page.evaluate('shown');
    return { page, statuses, shown, over: (): Promise<number> => page.evaluate('over') };
  }
  const send = (id: string) => system.send('orders.order.status_changed', [JSON.stringify(placed(id))]);

  it('follows the stream, and comes back to it when it ends', async () => {
    const { page, statuses, shown } = await follow(system.outputs.liveUrl);
    await expect.poll(async () => (await shown()).length, { timeout: 5_000 }).toBe(1);
    await send('one');
    await expect.poll(async () => (await shown()).at(-1), { timeout: 5_000 }).toEqual(['one']);
    const times = (await shown()).length;
    await expect.poll(() => statuses.filter((status) => status === 'live 200').length, { timeout: 12_000 }).toBe(2);
    await send('two');
    await expect.poll(async () => (await shown()).at(-1)?.toSorted(), { timeout: 5_000 }).toEqual(['one', 'two']);
    // What it had was not shown again for the coming back
    expect((await shown()).length).toBe(times + 1);
    expect(statuses.filter((status) => status.startsWith('polled'))).toEqual([]);
    await page.close();
  });

  it('polls where there is no stream', async () => {
    const { page, statuses, shown } = await follow(null);
    await expect.poll(async () => (await shown()).length, { timeout: 5_000 }).toBe(1);
    await send('three');
    await expect.poll(async () => (await shown()).at(-1)?.includes('three'), { timeout: 12_000 }).toBe(true);
    expect(statuses[0]).toBe('polled 200');
    await page.close();
  });

  it.each([true, false])('gives up with a token that is none, with a stream: %s', async (isLive) => {
    const { page, over } = await follow(isLive ? system.outputs.liveUrl : null, 'x.y.z');
    await expect.poll(over, { timeout: 5_000 }).toBe(401);
    await page.close();
  });
});
