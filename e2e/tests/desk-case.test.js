// The officers' work on a case: from the reference on a paper to the new key, by people who never see it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, assertFitsPhone } from '../harness/accessibility.js';
import { launch, person, PHONE, picture } from '../harness/browser.js';
import { atDesk, DESK, newcomer } from '../harness/officer.js';
import { freePort, startService } from '../harness/program.js';
import { Registry } from '../harness/registry.js';
import { Walk } from '../harness/walk.js';

const DOOR = '/empleadores/clave-patronal';
const registry = new Registry();
const rows = Array.from({ length: 14 }, () => registry.add('privada'));

let browser;
let service;

before(async () => {
  const port = await freePort();
  const server = { listen: `127.0.0.1:${port}`, admin_listen: '127.0.0.1:0', public_url: `http://localhost:${port}` };
  service = await startService({ registry, settings: { server } });
  service.address = server.public_url;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await service?.stop();
});

/** The employer opens a case at home; what the paper shows of it. */
async function opened(employer, language = 'es') {
  const someone = await person(browser, service, { language });
  const { page } = someone;
  await page.goto(DOOR);
  const form = page.locator('form').filter({ has: page.locator('[name=sucursal]') });
  await form.locator('[name=representative_id]').fill(employer.representative);
  await form.locator('[name=ruc]').fill(employer.ruc);
  await form.locator('[name=sucursal]').fill(employer.sucursal);
  await form.locator('button[type=submit]').first().click();
  await page.waitForURL(/\/clave-patronal\/[0-9A-Z]{16}/);
  const [, reference] = page.url().match(/\/clave-patronal\/([0-9A-Z]{16})/);
  await someone.close();
  return reference.replace(/(.{4})(?=.)/g, '$1-');
}

const mailOf = (employer) => `nuevo-${employer.email}`;
const codeTo = (email) => () => service.mailbox.nextCode(email);

/** A case that was asked for by a fresh officer, who stays at their computer while `scene` runs. */
async function asked(employer, scene, { language = 'es', email = mailOf(employer), ...options } = {}) {
  const reference = await opened(employer, language);
  await atDesk(browser, service, await newcomer(service, 'desk'), async (officer) => {
    await officer.open(reference);
    await officer.check({ email, representative: employer.representative, code: codeTo(email) });
    await officer.ask();
    await scene(officer, reference);
  }, { language, ...options });
}

for (const [at, language] of ['es', 'en'].entries()) {
  test(`an employer gets a new key over two officers, and signs in with it (${language})`, async () => {
    const employer = rows[at];
    await asked(employer, async (first, reference) => {
      await atDesk(browser, service, await newcomer(service, 'desk'), async (other) => {
        await other.open(reference);
        const text = await other.main.innerText();
        assert.ok(text.includes(employer.email) && text.includes(mailOf(employer)), 'before and after are shown');
        const touches = await other.key.counter();
        await other.press(other.w.approve);
        assert.equal(await other.key.counter(), touches + 1, 'approval took one touch');
      }, { language });
      // By itself: the page of who asked has moved on.
      await first.press(first.w.handOver);
      const link = await service.mailbox.nextLink(mailOf(employer));
      const token = link.split('/').at(-1);
      await first.main.locator('[data-state=activated]').first().waitFor();
      assert.ok(!(await first.page.locator('html').innerHTML()).includes(token), 'the officer does not see the link');
      const owner = await person(browser, service, { language });
      const walk = new Walk(owner.page, service, language);
      await owner.page.goto(link);
      await walk.setKey();
      await walk.signIn(employer);
      await walk.assertSignedIn(employer);
      await owner.close();
      // By itself: the officer has touched nothing.
      await first.main.locator('[data-state=closed]').waitFor();
    }, { language });
  });
}

test('who asked is not offered to approve, and a case goes back with a reason and comes again', async () => {
  await asked(rows[2], async (first, reference) => {
    assert.equal(await first.button(first.w.approve).count(), 0);
    await atDesk(browser, service, await newcomer(service, 'desk'), async (other) => {
      await other.open(reference);
      await other.main.getByText(other.w.sendBack).click();
      await other.button(other.w.returnIt).click();
      await other.page.locator('[role=alert] a[href="#return_reason"]').waitFor();
      await other.page.locator('#return_reason').fill('Falta la firma en la solicitud');
      await other.press(other.w.returnIt);
    });
    await first.main.getByText('Falta la firma en la solicitud').waitFor();
    await first.press(first.w.take);
    await first.ask();
  });
});

/** Whoever reads the mailbox on record says stop. */
async function stopped(employer) {
  const isStop = (mail) => /\/clave-patronal\/detener\//.test(mail.text);
  const mail = await service.mailbox.next(employer.email, isStop);
  const [stop] = mail.text.match(/http\S+\/clave-patronal\/detener\/\S+/);
  const owner = await person(browser, service, {});
  await owner.page.goto(stop);
  await owner.page.getByRole('main').locator('form button[type=submit]').first().click();
  await owner.page.waitForLoadState();
  await owner.close();
}

test('the old mailbox stops a case, and a supervisor lets it go on with a reason', async () => {
  const employer = rows[3];
  await asked(employer, async (first, reference) => {
    await stopped(employer);
    await first.main.getByText(first.w.frozen).waitFor();
    await atDesk(browser, service, await newcomer(service, 'supervisor'), async (boss) => {
      await boss.page.goto(DESK);
      await boss.main.locator('section').filter({ has: boss.page.locator('#frozen') }).getByRole('link').first().click();
      await boss.page.locator('#unfreeze_reason').fill('El titular confirmó en persona');
      await boss.press(boss.w.unfreeze);
      await boss.main.locator('[data-state=awaiting_approval]').first().waitFor();
    });
    assert.ok(reference);
  });
});

test('without a mailbox the key goes over a printed slip, once', async () => {
  await asked(rows[4], async (first, reference) => {
    await atDesk(browser, service, await newcomer(service, 'desk'), async (other) => {
      await other.open(reference);
      await other.press(other.w.approve);
    });
    await first.button(first.w.slip).waitFor();
    const handedOver = (answer) => answer.url().endsWith('/entregar');
    const ofViewer = (url) => /^chrome(-extension)?:/.test(url);
    const [slip] = await Promise.all([
      first.page.waitForResponse(handedOver),
      first.page.context().waitForEvent('request', (request) => ofViewer(request.url())),
      first.page.waitForURL(/\/entregar$/, { waitUntil: 'commit' }),
      first.button(first.w.slip).click(),
    ]);
    assert.equal(slip.headers()['content-type'], 'application/pdf');
    assert.equal(slip.headers()['content-disposition'], 'inline; filename="sobre.pdf"', 'to be printed, not kept in a folder');
    assert.equal(slip.headers()['cache-control'], 'no-store');
    await first.open(reference);
    await first.main.getByText(first.w.slipDone).waitFor();
    // The browser's own viewer, which shows it, is no other host; it looks for an icon of the file.
    const { faults } = first.someone;
    const others = faults.filter((fault) => !ofViewer(fault.replace('a request to ', '')) && !fault.includes('/favicon.ico'));
    faults.splice(0, faults.length, ...others);
  }, { email: '' });
});

test('with an app and without a script an officer does all of it', async () => {
  const employer = rows[5];
  const reference = await opened(employer);
  const plain = { app: true, javaScriptEnabled: false };
  await atDesk(browser, service, await newcomer(service, 'desk'), async (first) => {
    await first.open(reference);
    await first.check({ email: mailOf(employer), representative: employer.representative, code: codeTo(mailOf(employer)) });
    await first.ask();
    await atDesk(browser, service, await newcomer(service, 'desk'), async (other) => {
      await other.open(reference);
      await other.page.locator('#touch_approve').fill(other.app.next());
      await other.press(other.w.approve);
    }, plain);
    await first.page.reload();
    await first.page.locator('#touch_hand_over').fill(first.app.next());
    await first.press(first.w.handOver);
    await service.mailbox.nextLink(mailOf(employer));
  }, plain);
});

test('a reference with a slip is told beside its field', async () => {
  const reference = await opened(rows[6]);
  await atDesk(browser, service, await newcomer(service, 'desk'), async (officer) => {
    const wrong = (reference[0] === '7' ? '8' : '7') + reference.slice(1);
    await officer.page.locator('#referencia').fill(wrong);
    await officer.button(officer.w.open).click();
    await officer.page.locator('[role=alert]').getByText(officer.w.slipError).waitFor();
    await officer.page.locator('#referencia').fill(reference.toLowerCase());
    await officer.button(officer.w.open).click();
    await officer.page.waitForURL(/casos\/[0-9A-Z]{16}$/);
  });
});

for (const [at, language] of ['es', 'en'].entries()) {
  for (const [size, options] of [['phone', PHONE], ['desktop', { viewport: { width: 1280, height: 900 } }]]) {
    test(`axe finds nothing on the pages of cases, in light and dark (${language}, ${size})`, async () => {
      const employer = rows[8 + at * 2 + (size === 'phone' ? 1 : 0)];
      const look = async ({ page }, where) => {
        await assertAccessible(page, where);
        await assertFitsPhone(page, where);
        await picture(page, `desk-case/${language}-${size}-${where.replaceAll(' ', '-')}`);
      };
      const settings = { language, bypassCSP: true, ...options };
      const reference = await opened(employer, language);
      await atDesk(browser, service, await newcomer(service, 'desk'), async (first) => {
        await look(first, 'home');
        await first.page.goto(`${DESK}/casos/nuevo`);
        await look(first, 'walk-in');
        await first.open(reference);
        await look(first, 'free');
        const email = mailOf(employer);
        await first.check({ email, representative: employer.representative, code: codeTo(email) });
        await look(first, 'in hand');
        await first.ask();
        await look(first, 'asked');
        await stopped(employer);
        await first.main.getByText(first.w.frozen).waitFor();
        await look(first, 'stopped');
        await atDesk(browser, service, await newcomer(service, 'supervisor'), async (boss) => {
          await boss.open(reference);
          await look(boss, 'stopped to decide');
          await boss.page.locator('#unfreeze_reason').fill('El titular confirmó en persona');
          await boss.press(boss.w.unfreeze);
        }, settings);
        await atDesk(browser, service, await newcomer(service, 'desk'), async (other) => {
          await other.open(reference);
          await look(other, 'to decide');
          await other.press(other.w.approve);
          await look(other, 'approved');
        }, settings);
        await first.press(first.w.handOver);
        await service.mailbox.nextLink(email);
        await look(first, 'handing over');
      }, settings);
      for (const role of ['supervisor', 'auditor']) {
        await atDesk(browser, service, await newcomer(service, role), async (above) => {
          await above.page.goto(`${DESK}/casos`);
          await look(above, `${role} queue`);
          await above.open(reference);
          await look(above, `${role} case`);
          await above.page.goto(`${DESK}/supervision`);
          await look(above, `${role} oversight`);
          await above.page.goto(`${DESK}/registro`);
          await look(above, `${role} log`);
        }, settings);
      }
    });
  }
}
