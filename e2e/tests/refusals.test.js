import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage } from '../harness/stage.js';
import { NEW_KEY, RECOVER, SIGN_IN } from '../harness/walk.js';

const set = stage((registry) => ({
  wrongData: registry.add(),
  wrongCode: registry.add(),
  spent: registry.add(),
  weak: registry.add(),
  signIn: registry.add(),
  bare: registry.add(),
}));

const brief = stage(
  (registry) => ({ code: registry.add(), link: registry.add(), form: registry.add() }),
  { recovery: { code_ttl: '2s', link_ttl: '4s', resend_after: '1s' } },
);

for (const javaScriptEnabled of [true, false]) {
  const where = javaScriptEnabled ? '' : ' without JavaScript';

  test(`data that are wrong in form are told at the field, with the summary in front${where}`, () =>
    set.walk({ javaScriptEnabled }, async (walk) => {
      await walk.page.goto(RECOVER);
      await walk.fillIdentifiers({ representative: '1714307104', ruc: '17900', sucursal: '12345' });
      await walk.button(walk.words.validate).click();
      if (javaScriptEnabled) await walk.assertErrorSummary('representative_id', 'ruc', 'sucursal');
      else await walk.page.locator('[role="alert"]').first().waitFor();
      assert.equal(await walk.field('ruc').inputValue(), '17900', 'what was typed is still there');
    }));
}

test('data that match no record are told so, with what to look at', () =>
  set.walk({}, async (walk) => {
    await walk.page.goto(RECOVER);
    await walk.fillIdentifiers({ ...set.employers.wrongData, representative: '1714307103' });
    await walk.button(walk.words.validate).click();
    await walk.assertErrorSummary();
    assert.equal(await walk.field('ruc').inputValue(), set.employers.wrongData.ruc);
    assert.equal(walk.mailbox.count(set.employers.wrongData.email), 0);
  }));

test('a wrong code says how many tries are left, and the right one still works', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.wrongCode;
    await walk.validate(employer);
    const code = await walk.mailbox.nextCode(employer.email);
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    await walk.field('code').fill(wrong);
    await walk.button(walk.words.verify).click();
    await walk.assertErrorSummary('code');
    assert.match(await walk.text(), /4/);
    // As pasted from a mail program, with what it put between.
    await walk.field('code').fill(` ${code.slice(0, 3)}-${code.slice(3)} `);
    await walk.button(walk.words.verify).click();
    await walk.field('code').waitFor({ state: 'detached' });
  }));

test('after five wrong codes the page offers another one, and not a sixth try', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.spent;
    await walk.validate(employer);
    const code = await walk.mailbox.nextCode(employer.email);
    for (let n = 1; n <= 6; n += 1) {
      if (!(await walk.field('code').count())) break;
      await walk.field('code').fill(String((Number(code) + n) % 1_000_000).padStart(6, '0'));
      await walk.button(walk.words.verify).click();
      await walk.page.locator('[role="alert"]').first().waitFor();
    }
    await walk.button(walk.words.anotherCode).waitFor();
  }));

test('a code that has ended is told so, and one click sends another without retyping', () =>
  brief.walk({}, async (walk) => {
    const employer = brief.employers.code;
    await walk.validate(employer);
    const code = await walk.mailbox.nextCode(employer.email);
    await walk.page.getByText(walk.words.ended).first().waitFor();
    await walk.field('code').fill(code);
    await walk.button(walk.words.verify).click();
    await walk.page.locator('[role="alert"]').first().waitFor();
    assert.match(await walk.text(), walk.words.ended);
    await walk.button(walk.words.anotherCode).click();
    const next = await walk.mailbox.nextCode(employer.email);
    await walk.field('code').fill(next);
    await walk.button(walk.words.verify).click();
    await walk.field('code').waitFor({ state: 'detached' });
  }));

test('a link that has ended leads to a page whose one click sends another, without retyping', () =>
  brief.walk({}, async (walk) => {
    const employer = brief.employers.link;
    const link = await walk.toTheLink(employer);
    const { page } = walk;
    const anotherLink = walk.button(walk.words.anotherLink);
    // Opened again and again, as somebody would who finds the mail late.
    for (;;) {
      await page.goto(link);
      if (!(await walk.field('password').count())) break;
      await page.context().clearCookies();
    }
    await anotherLink.click();
    await page.goto(await walk.mailbox.nextLink(employer.email));
    await walk.setKey();
    await walk.signIn(employer);
    await walk.assertSignedIn(employer);
  }));

test('a form that was opened in time may be sent after the link has ended', () =>
  brief.walk({}, async (walk, someone) => {
    const employer = brief.employers.form;
    const link = await walk.toTheLink(employer);
    await walk.page.goto(link);
    await walk.field('password').waitFor();
    // Somebody else finds the link ended: then it has.
    const stranger = await brief.person();
    for (;;) {
      await stranger.page.goto(link);
      if (!(await stranger.page.locator('[name="password"]').count())) break;
      await stranger.context.clearCookies();
    }
    await stranger.close();
    await walk.setKey();
    await walk.signIn(employer);
    await walk.assertSignedIn(employer);
    assert.deepEqual(someone.faults, []);
  }));

test('a weak key is refused with the reasons, keeps the link, and what is typed is judged in words', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.weak;
    await walk.page.goto(await walk.toTheLink(employer));
    await walk.field('password').fill(`${employer.ruc} ${employer.ruc}`);
    await walk.field('password_confirmation').fill(`${employer.ruc} ${employer.ruc}`);
    await walk.button(walk.words.save).click();
    await walk.assertErrorSummary('password');
    await walk.field('password').fill(NEW_KEY);
    await walk.field('password_confirmation').fill('otra cosa muy distinta 99');
    await walk.button(walk.words.save).click();
    await walk.assertErrorSummary('password_confirmation');
    await walk.setKey();
  }));

test('signing in with a wrong key says one thing and offers the recovery', () =>
  set.walk({}, async (walk) => {
    await walk.signIn(set.employers.signIn, 'una clave que no es la suya');
    await walk.assertErrorSummary();
    assert.equal(await walk.field('ruc').inputValue(), set.employers.signIn.ruc);
    assert.equal(await walk.field('password').inputValue(), '');
    assert.ok((await walk.page.locator(`main a[href^="${RECOVER}"]`).count()) > 0);
    assert.equal(new URL(walk.page.url()).pathname, SIGN_IN);
  }));

test('a page that is not there says so and leads on', () =>
  set.walk({}, async (walk) => {
    const answer = await walk.page.goto('/no-such-page');
    assert.equal(answer.status(), 404);
    assert.ok((await walk.page.locator('main a').count()) > 0);
    await walk.page.goto('/clave/cut-by-the-mail-program');
    assert.ok((await walk.page.locator('main a').count()) > 0);
  }));
