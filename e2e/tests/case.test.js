// The employer's side of the assisted path: from the recovery's end or by choice to the packet in hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertAccessible, assertFitsPhone } from '../harness/accessibility.js';
import { PHONE } from '../harness/browser.js';
import { stage } from '../harness/stage.js';

const DOOR = '/empleadores/clave-patronal';
const CASE_PAGE = /\/empleadores\/clave-patronal\/[0-9A-HJKMNP-TV-Z]{16}$/;

const SAID = {
  es: {
    openFlow: 'Abrir mi trámite',
    open: 'Abrir trámite',
    find: 'Ver mi trámite',
    save: 'Guardar datos',
    sendCode: 'Enviarme un código',
    packet: /Descargar expediente/,
    change: 'Cambiar mis datos',
    ready: 'Listo para ir al centro',
    missing: 'Faltan sus datos',
    confirmed: /confirmado/,
    slip: /La referencia tiene un error al escribirla/,
    unknown: /No encontramos un trámite con esa referencia/,
    later: 'No puedo leerlo ahora',
  },
  en: {
    openFlow: 'Open my case',
    open: 'Open case',
    find: 'See my case',
    save: 'Save details',
    sendCode: 'Send me a code',
    packet: /Download packet/,
    change: 'Change my details',
    ready: 'Ready for the centre',
    missing: 'Your details are missing',
    confirmed: /confirmed/,
    slip: /The reference has a slip in it/,
    unknown: /We find no case with that reference/,
    later: 'I cannot read it now',
  },
};

const set = stage((registry) => {
  const first = () => registry.add('privada', { hasKey: false });
  const cast = {};
  for (const who of ['flow', 'choice', 'plain', 'keys', 'phone', 'axe', 'twice']) {
    for (const language of ['es', 'en']) cast[`${who}-${language}`] = first();
  }
  return cast;
});

async function openByChoice(walk, employer, said) {
  await walk.page.goto(DOOR);
  await walk.fillIdentifiers(employer);
  await walk.button(said.open).click();
  await walk.page.waitForURL(CASE_PAGE);
}

async function tell(walk, said, email = '') {
  const { page } = walk;
  await page.locator('#applicant').check();
  await walk.field('phone').fill('099 999 9999');
  await walk.field('address').fill('Calle Ñusta 1-23 y Güiñansaca');
  await walk.field('email').fill(email);
  await page.locator('#centre').selectOption('0');
  await walk.button(said.save).click();
  await page.getByRole('heading', { name: said.ready }).waitFor();
}

async function pdfBehind(walk, said) {
  const link = walk.page.getByRole('link', { name: said.packet });
  const answer = await walk.page.request.get(await link.getAttribute('href'));
  assert.equal(answer.status(), 200);
  assert.equal(answer.headers()['content-type'], 'application/pdf');
  const body = await answer.body();
  assert.equal(body.subarray(0, 5).toString(), '%PDF-');
}

/** A reference whose check symbol no longer fits. */
const mistyped = (reference) => reference.slice(0, 3) + (reference[3] === '7' ? '8' : '7') + reference.slice(4);

for (const language of ['es', 'en']) {
  const said = SAID[language];

  test(`a recovery that ends in person becomes a case without retyping, up to the packet (${language})`, () =>
    set.walk({ language }, async (walk) => {
      const { page } = walk;
      await walk.validate(set.employers[`flow-${language}`]);
      const flow = page.url();
      await walk.button(said.openFlow).click();
      await page.waitForURL(CASE_PAGE);
      const address = page.url();
      await page.getByRole('heading', { name: said.missing }).waitFor();
      const email = `nuevo-${language}@correo.example`;
      await tell(walk, said, email);
      await walk.button(said.sendCode).click();
      await walk.field('code').fill(await walk.mailbox.nextCode(email));
      await walk.button(walk.words.verify).click();
      await walk.field('code').waitFor({ state: 'detached' });
      assert.match(await walk.text(), said.confirmed);
      await pdfBehind(walk, said);
      const qr = page.locator('img.qr');
      assert.ok(await qr.evaluate((it) => it.complete && it.naturalWidth > 0), 'the QR code is drawn');
      await page.goto(flow);
      await page.getByRole('main').locator('a.button').click();
      assert.equal(page.url(), address, 'the flow leads to its case');
    }));

  test(`a case goes without JavaScript, with reloads and the back button (${language})`, () =>
    set.walk({ language, javaScriptEnabled: false }, async (walk) => {
      const { page } = walk;
      await openByChoice(walk, set.employers[`plain-${language}`], said);
      const address = page.url();
      await walk.button(said.save).click();
      await page.locator('[role="alert"]').waitFor();
      assert.equal(await page.locator('[aria-invalid="true"]').count(), 4, 'applicant, phone, address, centre');
      await page.goto(address);
      await tell(walk, said);
      await page.reload();
      await page.getByRole('heading', { name: said.ready }).waitFor();
      assert.equal(page.url(), address);
      await page.getByRole('link', { name: said.change }).click();
      assert.equal(await walk.field('phone').inputValue(), '099 999 9999', 'what was told can be changed');
      await walk.field('phone').fill('098 888 8888');
      await walk.button(said.save).click();
      await page.waitForURL(address);
      await pdfBehind(walk, said);
    }));

  test(`a reference is found again, and a slip in it is told (${language})`, () =>
    set.walk({ language }, async (walk) => {
      const { page } = walk;
      await openByChoice(walk, set.employers[`choice-${language}`], said);
      const reference = page.url().split('/').at(-1);
      const look = async (typed) => {
        await page.goto(DOOR);
        await walk.field('reference').fill(typed);
        await walk.button(said.find).click();
      };
      await look(reference.toLowerCase().replace(/(.{4})(?=.)/g, '$1 '));
      await page.waitForURL(CASE_PAGE);
      await look(mistyped(reference));
      await walk.assertErrorSummary('reference');
      assert.match(await walk.text(), said.slip);
      await page.goto(`${DOOR}/0000000000000000`);
      assert.match(await walk.text(), said.unknown);
    }));

  test(`a double click opens one case and saves one set of details (${language})`, () =>
    set.walk({ language }, async (walk) => {
      const { page } = walk;
      const posts = [];
      page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
      await page.goto(DOOR);
      await walk.fillIdentifiers(set.employers[`twice-${language}`]);
      await walk.button(said.open).dblclick();
      await page.waitForURL(CASE_PAGE);
      assert.equal(posts.length, 1, posts.join('\n'));
      await tell(walk, said);
      assert.equal(posts.length, 2, posts.join('\n'));
    }));

  test(`a case goes with a keyboard only (${language})`, () =>
    set.walk({ language }, async (walk) => {
      const { page } = walk;
      await openByChoice(walk, set.employers[`keys-${language}`], said);
      const tabTo = async (locator) => {
        for (let step = 0; step < 60; step += 1) {
          if (await locator.evaluate((it) => it === document.activeElement)) return;
          await page.keyboard.press('Tab');
        }
        assert.fail(`${locator} cannot be reached`);
      };
      await tabTo(page.locator('#applicant'));
      await page.keyboard.press('Space');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.name), 'phone', 'what does not apply is passed by');
      await page.keyboard.type('099');
      await tabTo(walk.field('address'));
      await page.keyboard.type('Quito');
      await tabTo(page.locator('#centre'));
      await page.keyboard.press('ArrowDown');
      await tabTo(walk.button(said.save));
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: said.ready }).waitFor();
    }));

  test(`everything fits a phone (${language})`, () =>
    set.walk({ language, ...PHONE }, async (walk) => {
      const { page } = walk;
      await page.goto(DOOR);
      await assertFitsPhone(page, 'the door');
      await page.goto('/clave/papeleta');
      await assertFitsPhone(page, 'the slip');
      await openByChoice(walk, set.employers[`phone-${language}`], said);
      await assertFitsPhone(page, 'opened');
      await walk.button(said.save).click();
      await page.locator('[role="alert"]').waitFor();
      await assertFitsPhone(page, 'refused');
      await tell(walk, said, `telefono-${language}@correo.example`);
      await assertFitsPhone(page, 'ready');
    }));

  test(`axe finds nothing on any of it (${language})`, () =>
    set.walk({ language, bypassCSP: true }, async (walk) => {
      const { page } = walk;
      const look = (where) => assertAccessible(page, where);
      await page.goto(DOOR);
      await look('the door');
      await walk.field('reference').fill('7KQ2');
      await walk.button(said.find).click();
      await walk.assertErrorSummary('reference');
      await look('a reference with a slip');
      await page.goto('/clave/papeleta');
      await look('the slip');
      await openByChoice(walk, set.employers[`axe-${language}`], said);
      await look('opened');
      await walk.button(said.save).click();
      await page.locator('[role="alert"]').waitFor();
      await look('details, refused');
      await tell(walk, said, `axe-${language}@correo.example`);
      await look('ready');
      await walk.button(said.sendCode).click();
      await walk.field('code').waitFor();
      await look('code');
      await page.getByRole('link', { name: said.change }).click();
      await look('details');
    }));
}
