// axe-core on a page, in light and in dark, with every rule that it has for WCAG 2.2 AA and good practice.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { 'target-size': { enabled: true }, 'css-orientation-lock': { enabled: true } };

const told = (violation) =>
  `${violation.id} (${violation.help}): ${violation.nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`;

/** Fails with axe's own words. The page's context must have been made with `bypassCSP`. */
export async function assertAccessible(page, where) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.addScriptTag({ content: AXE });
    const { violations } = await page.evaluate(
      (rules) => globalThis.axe.run(document, { rules, resultTypes: ['violations'] }),
      RULES,
    );
    assert.deepEqual(violations.map(told), [], `${where}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

/** No sideways scrolling, and nothing to press that is smaller than 24 × 24 CSS pixels (WCAG 2.5.8), links in text apart. */
export async function assertFitsPhone(page, where) {
  const faults = await page.evaluate(() => {
    const found = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`${scrollWidth} px wide on a screen of ${clientWidth}`);
    const controls = 'button, select, summary, input:not([type=hidden]), a[class*=button], [role=button], nav a';
    for (const control of document.querySelectorAll(controls)) {
      const target = control.matches('[type=radio], [type=checkbox]') ? (control.labels[0] ?? control) : control;
      const { width, height } = target.getBoundingClientRect();
      if (width === 0 && height === 0) continue;
      if (width < 24 || height < 24) found.push(`${control.outerHTML.slice(0, 120)} is ${width} × ${height}`);
    }
    return found;
  });
  assert.deepEqual(faults, [], where);
}
