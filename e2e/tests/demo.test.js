// The newcomer's first command, used as a newcomer would: the mails are read on the page /buzon.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, person, picture } from '../harness/browser.js';
import { startDemo } from '../harness/program.js';
import { Walk } from '../harness/walk.js';

let demo;
let browser;

before(async () => {
  demo = await startDemo();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** The first employer that the program tells of. */
function identity() {
  const said = demo.said.join('');
  const ruc = said.match(/\b\d{13}\b/)?.[0];
  const representative = said.replaceAll(ruc, '').match(/\b\d{10}\b/)?.[0];
  const sucursal = said.match(/\b0\d{3}\b/)?.[0] ?? '0001';
  assert.ok(ruc && representative, `an employer to try in:\n${said}`);
  return { ruc, representative, sucursal };
}

test('clavero demo says where to go and whom to be, and the key is recovered with the mails of /buzon', async () => {
  const employer = identity();
  const someone = await person(browser, demo);
  const walk = new Walk(someone.page, demo);
  const mails = await someone.context.newPage();
  await mails.goto('/buzon');
  assert.match(await mails.innerText('body'), walk.words.demonstration);
  await walk.fromHomeToTheForm();
  assert.match(await walk.page.innerText('body'), walk.words.demonstration, 'every page says that it is a demonstration');
  await walk.fillIdentifiers(employer);
  await walk.button(walk.words.validate).click();
  await walk.field('code').waitFor();
  const read = async (pattern) => {
    const found = () => mails.locator('body').innerText().then((text) => text.match(pattern)?.[0]);
    for (let tries = 0; tries < 200; tries += 1) {
      await mails.goto('/buzon');
      const inFrames = await Promise.all(mails.frames().map((frame) => frame.locator('body').innerText().catch(() => '')));
      const match = (await found()) ?? inFrames.join('\n').match(pattern)?.[0];
      if (match) return match;
    }
    return assert.fail(`${pattern} is not in /buzon:\n${await mails.innerText('body')}`);
  };
  await walk.field('code').fill(await read(/(?<=^|\s)\d{6}(?=\s|$)/m));
  await walk.button(walk.words.verify).click();
  await walk.field('code').waitFor({ state: 'detached' });
  const link = await read(/https?:\/\/\S+\/clave\/[A-Za-z0-9_-]+/);
  await picture(mails, 'demo/buzon');
  await walk.page.goto(link);
  await walk.setKey();
  await walk.signIn(employer);
  await walk.page.waitForURL('**/empleadores/mi-cuenta');
  await someone.close();
});
