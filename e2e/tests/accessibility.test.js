// axe-core on every page and every state of the journey, in light and dark, in both languages.

import { test } from 'node:test';

import { assertAccessible } from '../harness/accessibility.js';
import { stage } from '../harness/stage.js';
import { RECOVER, SIGN_IN } from '../harness/walk.js';

const set = stage(
  (registry) => ({
    es: registry.add(), en: registry.add(),
    firstEs: registry.add('privada', { hasKey: false }), firstEn: registry.add('privada', { hasKey: false }),
    lateEs: registry.add(), lateEn: registry.add(),
  }),
);

const QUIET_PAGES = ['/', '/empleadores', RECOVER, SIGN_IN, '/empleadores/clave-patronal', '/ayuda', '/no-such-page', '/clave/unknown', '/reserva/unknown'];

for (const language of ['es', 'en']) {
  // Only so may axe be put into the page; every other test runs under the page's own policy.
  const options = { language, bypassCSP: true };

  test(`axe finds nothing on the pages that anyone may open (${language})`, () =>
    set.walk(options, async ({ page }) => {
      for (const path of QUIET_PAGES) {
        await page.goto(path);
        await assertAccessible(page, path);
      }
    }));

  test(`axe finds nothing on the way to a new key, its refusals included (${language})`, () =>
    set.walk(options, async (walk) => {
      const employer = set.employers[language];
      const { page } = walk;
      const look = (where) => assertAccessible(page, where);
      await page.goto(RECOVER);
      await walk.fillIdentifiers({ representative: '1', ruc: '2', sucursal: '12345' });
      await walk.button(walk.words.validate).click();
      await page.locator('[role="alert"]').first().waitFor();
      await look('identifiers, wrong in form');
      await walk.fillIdentifiers({ ...employer, representative: '1714307103' });
      await walk.button(walk.words.validate).click();
      await page.locator('[role="alert"]').first().waitFor();
      await look('identifiers that match nothing');
      await walk.validate(employer);
      await walk.field('code').waitFor();
      await look('code');
      await walk.field('code').fill('12');
      await walk.button(walk.words.verify).click();
      await page.locator('[role="alert"]').first().waitFor();
      await look('code, wrong');
      await walk.typeCode(employer);
      await look('waiting for the link');
      const link = await walk.mailbox.nextLink(employer.email);
      await page.goto(link);
      await look('new key');
      await walk.field('password').fill('corta');
      await look('new key, judged');
      await walk.field('password_confirmation').fill('corta');
      await walk.button(walk.words.save).click();
      await page.locator('[role="alert"]').first().waitFor();
      await look('new key, refused');
      await walk.setKey();
      await look('done');
      await page.goto(link);
      await look('used link');
      await walk.signIn(employer, 'una clave que no es la suya');
      await page.locator('[role="alert"]').first().waitFor();
      await look('sign in, refused');
      await walk.signIn(employer);
      await walk.assertSignedIn(employer);
      await look('account');
    }));

  test(`axe finds nothing where the way on is in person (${language})`, () =>
    set.walk(options, async (walk) => {
      await walk.validate(set.employers[language === 'es' ? 'firstEs' : 'firstEn']);
      await assertAccessible(walk.page, 'first time');
      await walk.validate(set.employers[language === 'es' ? 'lateEs' : 'lateEn']);
      await walk.button(walk.words.noAccess).or(walk.page.getByRole('link', { name: walk.words.noAccess })).first().click();
      await walk.field('code').waitFor({ state: 'detached' });
      await assertAccessible(walk.page, 'no access to the mailbox');
    }));
}
