import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage } from '../harness/stage.js';
import { NEW_KEY, RECOVER, SIGN_IN } from '../harness/walk.js';

const set = stage((registry) => ({ es: registry.add(), en: registry.add() }));

const MOST_STEPS = 60;

/** Presses Tab until `locator` has the focus; whatever gets it on the way must be seen to have it. */
async function tabTo(page, locator) {
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const wanted = await locator.first().evaluate((it) => it === document.activeElement);
    const seen = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused || focused === document.body) return true;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(focused);
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
    });
    assert.ok(seen, `the focus can be seen at ${await page.evaluate(() => document.activeElement.outerHTML)}`);
    if (wanted) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${locator} cannot be reached with Tab on ${page.url()}`);
}

async function type(walk, name, text) {
  await tabTo(walk.page, walk.field(name));
  await walk.page.keyboard.type(text);
}

for (const language of ['es', 'en']) {
  test(`the whole journey goes with a keyboard only (${language})`, () =>
    set.walk({ language }, async (walk) => {
      const { page, words } = walk;
      const employer = set.employers[language];
      await page.goto(RECOVER);
      await page.keyboard.press('Tab');
      const skip = await page.evaluate(() => document.activeElement.getAttribute('href'));
      assert.ok(skip?.startsWith('#'), 'the first stop leads past the navigation');

      await type(walk, 'representative_id', employer.representative);
      await type(walk, 'ruc', employer.ruc);
      const sucursal = walk.field('sucursal');
      await tabTo(page, sucursal);
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type(employer.sucursal);
      await tabTo(page, walk.button(words.validate));
      await page.keyboard.press('Enter');

      await walk.field('code').waitFor();
      await type(walk, 'code', await walk.mailbox.nextCode(employer.email));
      await page.keyboard.press('Enter');
      await walk.field('code').waitFor({ state: 'detached' });

      await page.goto(await walk.mailbox.nextLink(employer.email));
      await type(walk, 'password', NEW_KEY);
      await type(walk, 'password_confirmation', NEW_KEY);
      await tabTo(page, walk.button(words.save));
      await page.keyboard.press('Space');
      await walk.field('password').waitFor({ state: 'detached' });

      await page.goto(SIGN_IN);
      await type(walk, 'representative_id', employer.representative);
      await type(walk, 'ruc', employer.ruc);
      await tabTo(page, walk.field('sucursal'));
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type(employer.sucursal);
      await type(walk, 'password', NEW_KEY);
      await page.keyboard.press('Enter');
      await walk.assertSignedIn(employer);
    }));
}
