import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe.skipIf(missing !== undefined)(`the page at /docs in a browser${missing ? ` (none: ${missing})` : ''}`, () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem();
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  it('shows every route, answers one that is tried, and asks nobody else', async () => {
    const page = await browser!.newPage();
    const [asked, complaints]: [string[], string[]] = [[], []];
    page.on('request', (request) => void asked.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(new URL('/docs', system.outputs.apiUrl).href);
    await page.getByText('/api/v1/analytics/revenue', { exact: true }).waitFor();

    await page
      .locator('#operations-tag-health')
      .or(page.getByText('/health', { exact: true }))
      .first()
      .click();
    await page.getByRole('button', { name: 'Try it out' }).click();
    await page.getByRole('button', { name: 'Execute' }).click();
    await page.locator('.live-responses-table').getByText('"status"').waitFor();

    const origin = new URL(system.outputs.apiUrl).origin;
    expect(asked.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
