import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PHONE, picture } from '../harness/browser.js';
import { assertFitsPhone } from '../harness/accessibility.js';
import { stage } from '../harness/stage.js';
import { SIGN_IN } from '../harness/walk.js';

const set = stage((registry) => ({
  es: registry.add(),
  en: registry.add(),
  phone: registry.add(),
  phoneEn: registry.add('natural'),
  bare: registry.add(),
  bareEn: registry.add(),
}));

for (const language of ['es', 'en']) {
  test(`an employer recovers the key from the home page on (${language})`, () =>
    set.walk({ language }, async (walk) => {
      const employer = set.employers[language];
      const { page } = walk;
      const shot = (name) => picture(page, `journey-${language}/${name}`);
      await page.goto('/');
      await shot('1-home');
      await walk.fromHomeToTheForm();
      await shot('2-identifiers');
      await walk.fillIdentifiers(employer);
      await walk.button(walk.words.validate).click();
      await walk.field('code').waitFor();
      await shot('3-code');
      assert.ok(!(await walk.text()).includes(employer.email), 'the address is masked');
      await walk.typeCode(employer);
      await shot('4-mail');
      const link = await walk.mailbox.nextLink(employer.email);
      // The waiting page stays in its tab and moves on by itself.
      const waiting = page;
      const other = await page.context().newPage();
      walk.page = other;
      await other.goto(link);
      await picture(other, `journey-${language}/5-new-key`);
      const username = await other.locator('form [autocomplete="username"]').inputValue();
      assert.ok(username.includes(employer.ruc), 'a password manager knows what to file the key under');
      await walk.setKey();
      await picture(other, `journey-${language}/6-done`);
      await waiting.locator(`main a[href="${SIGN_IN}"]`).first().waitFor();
      await walk.signIn(employer);
      await walk.assertSignedIn(employer);
      await picture(other, `journey-${language}/7-account`);
      assert.equal(await other.locator('html').getAttribute('lang'), language === 'es' ? 'es-EC' : 'en');
    }));
}

for (const [language, name] of [['es', 'phone'], ['en', 'phoneEn']]) {
  test(`on a phone nothing has to be moved sideways and everything can be pressed (${language})`, () =>
    set.walk({ language, ...PHONE }, async (walk) => {
      const employer = set.employers[name];
      const { page } = walk;
      const look = async (where) => {
        await assertFitsPhone(page, where);
        await picture(page, `phone-${language}/${where}`);
      };
      for (const path of ['/', '/empleadores', SIGN_IN, '/empleadores/clave-patronal', '/ayuda']) {
        await page.goto(path);
        await look(`page${path.replaceAll('/', '-')}`);
      }
      await walk.validate(employer);
      await walk.field('code').waitFor();
      await look('code');
      await walk.typeCode(employer);
      await look('mail');
      await page.goto(await walk.mailbox.nextLink(employer.email));
      await look('new-key');
      await walk.setKey();
      await look('done');
      await walk.signIn(employer);
      await walk.assertSignedIn(employer);
      await look('account');
    }));
}

for (const [language, name] of [['es', 'bare'], ['en', 'bareEn']]) {
  test(`the whole journey works without JavaScript (${language})`, () =>
    set.walk({ language, javaScriptEnabled: false }, async (walk) => {
      const employer = set.employers[name];
      await walk.fromHomeToTheForm();
      await walk.fillIdentifiers(employer);
      await walk.button(walk.words.validate).click();
      await walk.field('code').waitFor();
      await walk.typeCode(employer);
      await walk.page.goto(await walk.mailbox.nextLink(employer.email));
      await walk.setKey();
      await walk.signIn(employer);
      await walk.assertSignedIn(employer);
    }));
}
