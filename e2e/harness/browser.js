// Chromium, and contexts in which anything that a person should never meet fails the test.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';

import { chromium } from 'playwright-core';

const RESULTS = join(import.meta.dirname, '../results');
// A closed network makes Chromium's own calls home fail loudly, many at a time.
const ARGUMENTS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

export const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  return execFileSync('sh', ['-c', 'command -v chromium || command -v chromium-browser'], { encoding: 'utf8' }).trim();
}

export function launch() {
  return chromium.launch({ executablePath: executable(), args: ARGUMENTS });
}

/** What no page may do: write an error to the console, break its own policy, throw, or ask another host for anything. */
function watch(context, address, faults) {
  const pages = new Set();
  context.on('weberror', (error) => faults.push(`error in a script: ${error.error().stack}`));
  context.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    // Chromium writes an error for every page with a 4xx status, and such a page is a right answer to wrong data.
    const isRefusal = message.text().startsWith('Failed to load resource: the server responded with a status of 4');
    if (isRefusal && pages.has(message.location().url)) return;
    faults.push(`${message.type()} in the console at ${message.location().url}: ${message.text()}`);
  });
  context.on('request', (request) => {
    if (request.isNavigationRequest()) pages.add(request.url());
    if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) {
      faults.push(`a request to ${request.url()}`);
    }
  });
  context.on('response', (response) => {
    if (response.status() >= 500) faults.push(`${response.status()} from ${response.url()}`);
  });
}

/**
 * A browser of one person's, with empty cookies. Closing it fails when a page did what no page may do.
 * `options` are Playwright's, e.g. `javaScriptEnabled`.
 */
export async function person(browser, service, { language = 'es', ...options } = {}) {
  const context = await browser.newContext({
    baseURL: service.address,
    locale: language === 'es' ? 'es-EC' : 'en-GB',
    timezoneId: 'America/Guayaquil',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const faults = [];
  watch(context, service.address, faults);
  const page = await context.newPage();
  return {
    context,
    page,
    faults,
    async close() {
      await context.close();
      assert.deepEqual(faults, []);
    },
  };
}

/** Keeps a picture of the whole page under results/, for people. */
export async function picture(page, name) {
  const path = join(RESULTS, `${name}.png`);
  mkdirSync(join(path, '..'), { recursive: true });
  await page.screenshot({ path, fullPage: true });
}
