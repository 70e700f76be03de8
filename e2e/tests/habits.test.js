// What people, their mail programs and their browsers do besides walking straight on.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { voucherIn } from '../harness/mailbox.js';
import { stage } from '../harness/stage.js';
import { NEW_KEY, RECOVER } from '../harness/walk.js';

const set = stage((registry) => ({
  device: registry.add(),
  spent: registry.add(),
  spentWithoutScript: registry.add(),
  scanner: registry.add(),
  double: registry.add(),
  doubleKey: registry.add(),
  tabA: registry.add(),
  tabB: registry.add(),
  back: registry.add(),
  reload: registry.add(),
  used: registry.add(),
  account: registry.add(),
  language: registry.add(),
  phrase: registry.add(),
}));

test('the link works on another device, and the first one goes on by itself', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.device;
    const link = await walk.toTheLink(employer);
    const waiting = walk.page;
    const phone = await set.person();
    walk.page = phone.page;
    await phone.page.goto(link);
    await walk.setKey();
    await phone.close();
    await waiting.locator('main a[href="/empleadores/ingresar"]').first().waitFor();
    walk.page = waiting;
    // Whoever started the flow is not signed in by it.
    await walk.page.goto('/empleadores/mi-cuenta');
    assert.notEqual(new URL(walk.page.url()).pathname, '/empleadores/mi-cuenta');
    await walk.signIn(employer);
    await walk.assertSignedIn(employer);
  }));

for (const javaScriptEnabled of [true, false]) {
  const where = javaScriptEnabled ? '' : ' without JavaScript';

  test(`where others asked for every code, the last of their mails leads the owner on${where}`, () =>
    set.walk({ javaScriptEnabled }, async (walk) => {
      const employer = set.employers[javaScriptEnabled ? 'spent' : 'spentWithoutScript'];
      const stranger = await set.person();
      const owner = walk.page;
      walk.page = stranger.page;
      for (let code = 0; code < 3; code += 1) await walk.validate(employer);
      await stranger.close();
      walk.page = owner;

      await owner.goto(RECOVER);
      await walk.fillIdentifiers(employer);
      await walk.button(walk.words.validate).click();
      await owner.getByRole('heading', { name: 'Demasiados intentos seguidos' }).waitFor();
      const last = await walk.mailbox.next(employer.email, (mail) => voucherIn(mail.text));
      await owner.goto(voucherIn(last.text));
      assert.equal(new URL(owner.url()).pathname, RECOVER);
      assert.match(await walk.text(), /códigos reservados/);
      // Those of the stranger's flows are no use here.
      for (let code = 0; code < 2; code += 1) await walk.mailbox.nextCode(employer.email);
      await owner.goto(await walk.toTheLink(employer));
      await walk.setKey();
      await walk.signIn(employer);
      await walk.assertSignedIn(employer);
    }));
}

test('a mail scanner that opens the link, runs its scripts and presses every button does not use it up', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.scanner;
    const link = await walk.toTheLink(employer);
    for (const javaScriptEnabled of [true, false]) {
      const scanner = await set.person({ javaScriptEnabled });
      await scanner.page.goto(link);
      const buttons = await scanner.page.locator('button:visible').count();
      assert.ok(buttons > 0);
      for (let at = 0; at < buttons; at += 1) {
        await scanner.page.goto(link);
        const button = scanner.page.locator('button:visible').nth(at);
        if (await button.count()) await button.click();
        await scanner.page.waitForLoadState();
      }
      await scanner.page.goto(link);
      await scanner.page.evaluate(() => document.querySelectorAll('main form').forEach((form) => form.submit()));
      await scanner.page.waitForLoadState();
      await scanner.close();
    }
    await walk.page.goto(link);
    await walk.setKey();
    await walk.signIn(employer);
    await walk.assertSignedIn(employer);
  }));

test('pressing Validar twice starts one recovery and shows no error', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.double;
    await walk.page.goto(RECOVER);
    await walk.fillIdentifiers(employer);
    await walk.button(walk.words.validate).dblclick();
    await walk.field('code').waitFor();
    assert.equal(await walk.page.locator('[role="alert"]').count(), 0);
    const code = await walk.mailbox.nextCode(employer.email);
    await walk.field('code').fill(code);
    await walk.button(walk.words.verify).dblclick();
    await walk.field('code').waitFor({ state: 'detached' });
    assert.equal(await walk.page.locator('[role="alert"]').count(), 0);
    await walk.mailbox.nextLink(employer.email);
    assert.equal(walk.mailbox.count(employer.email), 2, 'one code, one link');
  }));

test('pressing Guardar clave twice is answered as done', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.doubleKey;
    await walk.page.goto(await walk.toTheLink(employer));
    await walk.field('password').fill(NEW_KEY);
    await walk.field('password_confirmation').fill(NEW_KEY);
    await walk.button(walk.words.save).dblclick();
    await walk.field('password').waitFor({ state: 'detached' });
    assert.equal(await walk.page.locator('[role="alert"]').count(), 0);
    await walk.signIn(employer);
    await walk.assertSignedIn(employer);
  }));

test('two tabs walk for two employers and do not disturb each other', () =>
  set.walk({}, async (walk) => {
    const { tabA, tabB } = set.employers;
    const first = walk.page;
    const second = await first.context().newPage();
    await walk.validate(tabA);
    walk.page = second;
    await walk.validate(tabB);
    walk.page = first;
    await walk.typeCode(tabA);
    walk.page = second;
    await walk.typeCode(tabB);
    await second.goto(await walk.mailbox.nextLink(tabB.email));
    walk.page = first;
    await first.goto(await walk.mailbox.nextLink(tabA.email));
    await walk.setKey();
    walk.page = second;
    await walk.setKey(`${NEW_KEY} dos`);
    await walk.signIn(tabB, `${NEW_KEY} dos`);
    await walk.assertSignedIn(tabB);
  }));

test('the back button shows where the flow stands, and never sends anything again', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.back;
    const { page } = walk;
    await walk.validate(employer);
    // The page moves on by itself to what the mail server said; then it is still.
    await page.locator('main form[action$="/codigo"] [data-until]').waitFor();
    await page.goBack();
    await page.waitForURL(`**${RECOVER}`);
    await page.goForward();
    await walk.typeCode(employer);
    const link = await walk.mailbox.nextLink(employer.email);
    await page.locator('main .box [data-until]').waitFor();
    await page.goBack();
    await page.goForward();
    assert.equal(await walk.field('code').count(), 0, 'the code was typed already');
    await page.goto(link);
    await walk.setKey();
    await page.goBack();
    assert.equal(await page.locator('[role="alert"]').count(), 0);
    assert.equal(walk.mailbox.count(employer.email), 3, 'code, link, notice');
  }));

test('reloading any page of the journey asks nothing and changes nothing', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.reload;
    const { page } = walk;
    await walk.validate(employer);
    await page.reload();
    await walk.field('code').waitFor();
    await walk.typeCode(employer);
    await page.reload();
    await page.goto(await walk.mailbox.nextLink(employer.email));
    await page.reload();
    await walk.setKey();
    await page.reload();
    assert.equal(await page.locator('[role="alert"]').count(), 0);
    assert.equal(walk.mailbox.count(employer.email), 3);
  }));

test('a used link says so and leads to signing in', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.used;
    const link = await walk.toTheLink(employer);
    await walk.page.goto(link);
    await walk.setKey();
    const other = await set.person();
    await other.page.goto(link);
    assert.equal(await other.page.locator('[name="password"]').count(), 0);
    await other.page.locator('main a[href="/empleadores/ingresar"]').first().waitFor();
    await other.close();
  }));

test('who is signed in already can recover all the same, sees the sessions and closes them', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.account;
    await walk.page.goto(await walk.toTheLink(employer));
    await walk.setKey();
    await walk.signIn(employer);
    await walk.assertSignedIn(employer);
    const elsewhere = await set.person();
    const here = walk.page;
    walk.page = elsewhere.page;
    await walk.signIn(employer);
    await walk.assertSignedIn(employer);
    walk.page = here;
    await walk.page.reload();
    // Who only has the session closes none.
    const closing = walk.page.locator('#closing_password');
    await closing.fill('una clave que no es la suya');
    await walk.button(walk.words.closeOthers).click();
    await walk.page.locator('#closing_password-error').waitFor();
    await elsewhere.page.reload();
    walk.page = elsewhere.page;
    await walk.assertSignedIn(employer);
    walk.page = here;
    await closing.fill(NEW_KEY);
    await walk.page.getByRole('row').getByRole('button').click();
    await walk.page.locator('.box.good').waitFor();
    assert.equal(await walk.page.locator('tbody tr').count(), 1, 'the other is gone from the list');
    await elsewhere.page.reload();
    assert.notEqual(new URL(elsewhere.page.url()).pathname, '/empleadores/mi-cuenta', 'it was closed');
    walk.page = elsewhere.page;
    await walk.signIn(employer);
    walk.page = here;
    // Recover again while signed in: no dead end.
    await walk.page.goto(await walk.toTheLink(employer));
    await walk.setKey(`${NEW_KEY} nueva`);
    await elsewhere.page.reload();
    assert.notEqual(new URL(elsewhere.page.url()).pathname, '/empleadores/mi-cuenta', 'every session ended');
    await elsewhere.close();
    await walk.signIn(employer, `${NEW_KEY} nueva`);
    await walk.assertSignedIn(employer);
  }));

test('the language is kept from page to page, and the mails speak it', () =>
  set.walk({ language: 'en' }, async (walk) => {
    const employer = set.employers.language;
    await walk.page.goto('/?lang=en');
    await walk.page.goto(RECOVER);
    assert.equal(await walk.page.locator('html').getAttribute('lang'), 'en');
    await walk.fillIdentifiers(employer);
    await walk.button(walk.words.validate).click();
    const mail = await walk.mailbox.next(employer.email);
    assert.match(mail.text, /valid until/i);
    assert.match(mail.html, /lang="en"/);
  }));

test('a phrase that the page suggests is taken as a key, and can be seen', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.phrase;
    await walk.page.goto(await walk.toTheLink(employer));
    await walk.page.getByRole('button', { name: walk.words.suggest }).or(walk.page.getByRole('link', { name: walk.words.suggest })).first().click();
    await walk.page.waitForFunction(() => document.querySelector('[name="password"]').value.length > 14);
    const phrase = await walk.field('password').inputValue();
    assert.equal(phrase.split(/[ -]/).length, 5, phrase);
    await walk.field('password_confirmation').fill(phrase);
    await walk.button(walk.words.save).click();
    await walk.field('password').waitFor({ state: 'detached' });
    await walk.signIn(employer, phrase);
    await walk.assertSignedIn(employer);
  }));
