import assert from 'node:assert/strict';
import { test } from 'node:test';

import { catastroCsv } from '../harness/registry.js';
import { stage } from '../harness/stage.js';
import { NEW_KEY, RECOVER } from '../harness/walk.js';

const set = stage((registry) => {
  const main = registry.add();
  const suspended = registry.add();
  const closed = registry.add();
  return {
    domestic: registry.add('domestico'),
    domesticBare: registry.add('domestico'),
    foreigner: registry.add('extranjera'),
    publicBody: registry.add('publica'),
    main,
    branch: registry.add('privada', {
      ruc: main.ruc, sucursal: '0002', representative: main.representative, email: 'sucursal2@correo.example',
      name: 'Compañía Ñandú, sucursal de Cuenca',
    }),
    firstTime: registry.add('privada', { hasKey: false }),
    noMail: registry.add('privada', { email: '' }),
    noAccess: registry.add(),
    refused: registry.add(),
    suspended,
    closed,
    catastro: catastroCsv([[suspended.ruc, 'SUSPENDIDO'], [closed.ruc, 'PASIVO']]),
  };
});

const ASSISTED = 'main a[href^="/empleadores/clave-patronal"]';

async function whatToBringAndWhereToGo(walk) {
  await walk.page.locator(ASSISTED).first().click();
  await walk.page.waitForURL('**/empleadores/clave-patronal*');
  const text = await walk.text();
  assert.match(text, /cédula/i, 'what to bring');
  assert.match(text, /Centro de Atención/i, 'where to go');
}

async function toTheEnd(walk, employer) {
  await walk.typeCode(employer);
  await walk.page.goto(await walk.mailbox.nextLink(employer.email));
  await walk.setKey();
  await walk.signIn(employer);
  await walk.assertSignedIn(employer);
}

for (const [what, name, options] of [
  ['', 'domestic', {}],
  [' without JavaScript', 'domesticBare', { javaScriptEnabled: false }],
]) {
  test(`a domestic employer makes one choice and types the cédula only${what}`, () =>
    set.walk(options, async (walk) => {
      const employer = set.employers[name];
      await walk.page.goto(RECOVER);
      await walk.page.getByLabel(walk.words.domestic).first().check();
      await walk.field('representative_id').fill(employer.representative);
      await walk.button(walk.words.validate).click();
      await walk.field('code').waitFor();
      await toTheEnd(walk, employer);
    }));
}

test('a foreigner recovers with an identification code in small letters', () =>
  set.walk({}, async (walk) => {
    const { foreigner } = set.employers;
    await walk.validate({ ...foreigner, representative: foreigner.representative.toLowerCase() });
    await toTheEnd(walk, foreigner);
  }));

test('a public body recovers', () =>
  set.walk({}, async (walk) => {
    await walk.validate(set.employers.publicBody);
    await toTheEnd(walk, set.employers.publicBody);
  }));

test('a body with several branches recovers the right one and leaves the others alone', () =>
  set.walk({}, async (walk) => {
    const { main, branch } = set.employers;
    // Shorter numbers of a branch are padded.
    await walk.validate({ ...branch, sucursal: '2' });
    await toTheEnd(walk, branch);
    assert.equal(walk.mailbox.count(main.email), 0);
    await walk.page.context().clearCookies();
    await walk.signIn(main, NEW_KEY);
    await walk.page.locator('[role="alert"]').waitFor();
  }));

for (const [name, says] of [
  ['firstTime', /la primera/i],
  ['noMail', /correo/i],
  ['suspended', /suspendid/i],
  ['closed', /cerrad/i],
]) {
  test(`who has to come in person is told why, what to bring and where to go (${name})`, () =>
    set.walk({}, async (walk) => {
      await walk.validate(set.employers[name]);
      assert.match(await walk.text(), says);
      await whatToBringAndWhereToGo(walk);
      assert.equal(walk.mailbox.count(set.employers[name].email), 0);
    }));
}

test('who has no access to the mailbox is led to the assisted path', () =>
  set.walk({}, async (walk) => {
    await walk.validate(set.employers.noAccess);
    await walk.button(walk.words.noAccess).or(walk.page.getByRole('link', { name: walk.words.noAccess })).first().click();
    await walk.field('code').waitFor({ state: 'detached' });
    await whatToBringAndWhereToGo(walk);
  }));

test('who has an address that the mail server refuses sees the page move on to the assisted path by itself', () =>
  set.walk({}, async (walk) => {
    const { refused } = set.employers;
    walk.mailbox.refuse(refused.email);
    await walk.validate(refused);
    await walk.page.locator(ASSISTED).first().waitFor();
    await whatToBringAndWhereToGo(walk);
  }));
