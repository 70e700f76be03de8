// The officers' desk: passkeys by Chromium's virtual authenticator, codes of an app without a script, two admins.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, assertFitsPhone } from '../harness/accessibility.js';
import { Authenticator } from '../harness/authenticator.js';
import { launch, person, PHONE, picture } from '../harness/browser.js';
import { App } from '../harness/otp.js';
import { freePort, startDemo, startService } from '../harness/program.js';
import { Registry } from '../harness/registry.js';

const DESK = '/ventanilla';
const WORDS = {
  es: {
    create: 'Crear mi llave de acceso', enter: 'Ingresar con llave de acceso', out: 'Salir', codeWay: 'Ingresar con un código',
    codeEnter: 'Ingresar con código', totp: /No puedo usar una llave/, finish: 'Terminar el alta', enrolled: /Su alta está completa/,
    staff: 'Funcionarios', again: 'Pedir nueva alta', confirm: 'Confirmar el alta', role: /Su rol no incluye/, add: 'Pedir el alta',
    sameAdmin: /no puede confirmarla|Otro administrador/, used: /ya se usó/, ended: /terminó/, disable: 'Quitar el acceso',
    cancelled: /No hubo respuesta de la llave/, named: 'Mi llave no aparece', find: 'Buscar mi llave',
  },
  en: {
    create: 'Create my passkey', enter: 'Sign in with a passkey', out: 'Sign out', codeWay: 'Sign in with a code',
    codeEnter: 'Sign in with a code', totp: /I cannot use a passkey/, finish: 'Finish enrolment', enrolled: /You are enrolled/,
    staff: 'Officers', again: 'Ask for a new enrolment', confirm: 'Confirm the enrolment', role: /Your role does not have/,
    add: 'Ask for enrolment', sameAdmin: /Another admin/, used: /was used/, ended: /has ended/, disable: 'Take access away',
    cancelled: /The passkey did not answer/, named: 'My passkey is not shown', find: 'Find my passkey',
  },
};

let browser;
let service;

before(async () => {
  const port = await freePort();
  const server = { listen: `127.0.0.1:${port}`, admin_listen: '127.0.0.1:0', public_url: `http://localhost:${port}` };
  service = await startService({ registry: new Registry(), settings: { server } });
  // The name that passkeys are bound to, not the number that the program listens on.
  service.address = server.public_url;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await service?.stop();
});

let count = 0;
/** An officer whom nobody else has: their name, and the address that the operator's command printed. */
async function newcomer(role) {
  count += 1;
  const name = `Ana ${'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[count]}. Ñáñez`;
  const email = `ana${count}@institucion.example`;
  const address = await service.run('officer', 'add', '--name', name, '--email', email, '--role', role);
  return { name, email, address: address.trim() };
}

/** One officer at their own computer; closing it fails on what no page may do. */
async function at(desk, scene, { language = 'es', passkey = true, ...options } = {}) {
  const someone = await person(browser, service, { language, ...options });
  const { page } = someone;
  const w = WORDS[language];
  const key = passkey ? await Authenticator.of(page) : undefined;
  const main = page.getByRole('main');
  const button = (name) => main.getByRole('button', { name, exact: typeof name === 'string' });
  const me = {
    ...someone, key, main, button, w,
    async enrol(address) {
      await page.goto(address);
      await button(w.create).click();
      await main.getByText(w.enrolled).waitFor();
    },
    async signIn() {
      await page.goto(DESK);
      await button(w.enter).click();
      await page.getByRole('button', { name: w.out }).waitFor();
    },
    async signOut() {
      await page.getByRole('button', { name: w.out }).click();
      await button(w.enter).waitFor();
    },
  };
  let failure;
  try {
    await scene(me);
  } catch (error) {
    failure = error;
    await picture(page, `failed/desk-${Date.now()}`).catch(() => {});
  }
  await someone.close().catch((error) => { failure ??= error; });
  if (failure) throw failure;
}

for (const language of ['es', 'en']) {
  test(`an officer enrols a passkey, signs in with one touch, and out (${language})`, () =>
    newcomer('desk').then((ana) => at(ana, async (me) => {
      await me.enrol(ana.address);
      await me.signIn();
      await me.page.getByText(ana.name).first().waitFor();
      await me.signOut();
      assert.equal((await me.page.context().cookies()).filter(({ name }) => name === 'clavero_officer').length, 0);
      await me.signIn();
    }, { language })));

  test(`an app's codes work without a script, from enrolment to the desk (${language})`, () =>
    newcomer('desk').then((ana) => at(ana, async ({ page, button, main, w }) => {
      await page.goto(ana.address);
      await main.getByText(w.totp).click();
      const app = new App(await main.locator('.reference').innerText());
      await page.locator('[name=code]').fill(app.next());
      await button(w.finish).click();
      await main.getByText(w.enrolled).waitFor();
      await main.getByText(w.codeWay).first().click();
      await page.locator('#email').fill(ana.email);
      await page.locator('[name=code]').fill(app.next());
      await button(w.codeEnter).click();
      await page.getByRole('button', { name: w.out }).waitFor();
      await page.getByRole('button', { name: w.out }).click();
      await main.getByText(w.codeWay).first().waitFor();
    }, { language, passkey: false, javaScriptEnabled: false })));
}

test('a security key that is found by the address only signs in too', async () => {
  const ana = await newcomer('desk');
  await at(ana, async (me) => {
    await me.key.replace({ hasResidentKey: false });
    await me.enrol(ana.address);
    await me.main.getByText(me.w.named).click();
    await me.page.locator('#passkey-email').fill(ana.email);
    await me.button(me.w.find).click();
    await me.page.getByRole('button', { name: me.w.out }).waitFor();
  });
});

test('an officer whose key does not answer is told so and tries again', async () => {
  const ana = await newcomer('desk');
  await at(ana, async (me) => {
    await me.enrol(ana.address);
    await me.key.verifies(false);
    await me.page.goto(DESK);
    await me.button(me.w.enter).click();
    await me.main.getByText(me.w.cancelled).waitFor();
    await me.key.verifies(true);
    await me.button(me.w.enter).click();
    await me.page.getByRole('button', { name: me.w.out }).waitFor();
  });
});

test('an enrolment address that was used, or that nobody gave, says so', async () => {
  const ana = await newcomer('desk');
  await at(ana, async (me) => {
    await me.enrol(ana.address);
    await me.page.goto(ana.address);
    await me.page.getByRole('heading', { name: me.w.used }).waitFor();
    await me.page.goto(`${DESK}/alta/${'A'.repeat(43)}`);
    await me.page.getByRole('heading', { name: /no funciona/ }).waitFor();
  });
});

test('a desk officer does not see the officers, and is led there after the sign-in when an admin', async () => {
  const [ana, boss] = [await newcomer('desk'), await newcomer('admin')];
  await at(ana, async (me) => {
    await me.enrol(ana.address);
    await me.signIn();
    await me.page.goto(`${DESK}/funcionarios`);
    await me.page.getByRole('heading', { name: me.w.role }).waitFor();
  });
  await at(boss, async (me) => {
    await me.enrol(boss.address);
    await me.page.goto(`${DESK}/funcionarios`);
    await me.button(me.w.enter).click();
    await me.page.waitForURL(`**${DESK}/funcionarios`);
  });
});

test('a lost passkey takes two admins, each decision their touch, and the old passkey is dead', async () => {
  const [ana, one, two] = [await newcomer('desk'), await newcomer('admin'), await newcomer('admin')];
  await at(ana, async (lost) => {
    await lost.enrol(ana.address);
    await at(one, async (me) => {
      await me.enrol(one.address);
      await me.signIn();
      await me.page.goto(`${DESK}/funcionarios`);
      await me.main.getByRole('link', { name: ana.name }).first().click();
      await me.button(me.w.again).click();
      await me.main.getByText(me.w.sameAdmin).first().waitFor();
      assert.equal(await me.button(me.w.confirm).count(), 0, 'who asked is not offered to confirm');
    });
    await lost.signIn();
    let address;
    await at(two, async (me) => {
      await me.enrol(two.address);
      await me.signIn();
      await me.page.goto(`${DESK}/funcionarios`);
      await me.main.getByRole('link', { name: ana.name }).first().click();
      const touches = await me.key.counter();
      await me.button(me.w.confirm).click();
      address = (await me.main.locator('pre').innerText()).trim();
      assert.equal(await me.key.counter(), touches + 1, 'the decision took one touch');
      await picture(me.page, 'desk/enrolment-address');
    });
    await lost.page.goto(DESK);
    await lost.button(lost.w.enter).click();
    await lost.page.locator('[role=alert]').waitFor();
    await lost.key.replace({});
    await lost.enrol(address);
    await lost.signIn();
  });
});

test('a second passkey is added with a touch of the first, which can then be given up', async () => {
  const ana = await newcomer('desk');
  await at(ana, async (me) => {
    await me.enrol(ana.address);
    await me.signIn();
    await me.page.goto(`${DESK}/mi-acceso`);
    assert.equal(await me.button('Dejar de usarla').count(), 0, 'the last one cannot be given up');
    await me.button('Agregar otra llave').click();
    await me.page.waitForURL(`**${DESK}/alta/*`);
    await me.key.another();
    await me.button(me.w.create).click();
    await me.main.getByText(/ya sirve para ingresar/).waitFor();
    await me.page.goto(`${DESK}/mi-acceso`);
    await picture(me.page, 'desk/own-access');
    await me.main.getByText('Dejar de usarla').first().click();
    await me.button('Dejar de usarla').first().click();
    await me.main.getByText('Dejar de usarla').first().waitFor({ state: 'detached' });
    await me.signOut();
    await me.signIn();
  });
});

test('an officer sees the other open sessions and closes them with a touch', async () => {
  const ana = await newcomer('desk');
  await at(ana, async (me) => {
    await me.enrol(ana.address);
    await me.signIn();
    await me.page.goto(`${DESK}/mi-acceso`);
    await me.main.getByText('No hay otra sesión abierta').waitFor();
    // Left open somewhere else.
    await me.page.context().clearCookies();
    await me.signIn();
    await me.page.goto(`${DESK}/mi-acceso`);
    await me.main.getByText(/^Desde el .* usada por última vez/).waitFor();
    await picture(me.page, 'desk/own-sessions');
    await me.button('Cerrarlas').click();
    await me.main.getByText('No hay otra sesión abierta').waitFor();
  });
});

test('under the number instead of the name the desk goes to the name', async () => {
  const ana = await newcomer('desk');
  const elsewhere = { ...service, address: service.address.replace('localhost', '127.0.0.1') };
  const someone = await person(browser, elsewhere, {});
  await someone.page.goto(DESK);
  await someone.page.waitForURL(`${service.address}${DESK}`);
  await someone.context.close();
  assert.ok(ana);
});

for (const language of ['es', 'en']) {
  test(`axe finds nothing at the desk, in light and dark, and it fits a phone (${language})`, async () => {
    const [ana, boss, other] = [await newcomer('desk'), await newcomer('admin'), await newcomer('admin')];
    const look = async (me, where) => {
      await assertAccessible(me.page, where);
      await assertFitsPhone(me.page, where);
      await picture(me.page, `desk/${language}-${where.replaceAll(' ', '-')}`);
    };
    const options = { language, bypassCSP: true, ...PHONE };
    await at(boss, async (me) => {
      await me.page.goto(boss.address);
      await look(me, 'enrolment');
      await me.main.getByText(me.w.totp).click();
      await look(me, 'enrolment by app');
      await me.enrol(boss.address);
      await look(me, 'sign-in');
      await me.main.getByText(me.w.codeWay).first().click();
      await me.page.locator('#email').fill(boss.email);
      await me.page.locator('[name=code]').fill('000000');
      await me.button(me.w.codeEnter).click();
      await me.page.locator('[role=alert]').waitFor();
      await look(me, 'sign-in refused');
      await me.signIn();
      await look(me, 'home');
      await me.page.goto(`${DESK}/mi-acceso`);
      await look(me, 'own access');
      await me.page.goto(`${DESK}/funcionarios`);
      await look(me, 'officers');
      await me.button(me.w.add).click();
      await me.page.locator('[role=alert]').waitFor();
      await look(me, 'officers refused');
      await me.page.goto(`${DESK}/funcionarios`);
      await me.main.getByRole('link', { name: ana.name }).first().click();
      await look(me, 'officer');
      await me.button(me.w.again).click();
      await look(me, 'officer asked');
    }, options);
    await at(other, async (me) => {
      await me.enrol(other.address);
      await me.signIn();
      await me.page.goto(`${DESK}/funcionarios`);
      await me.main.getByRole('link', { name: ana.name }).first().click();
      await me.main.getByText(me.w.disable).first().click();
      await look(me, 'officer to confirm');
      await me.key.verifies(false);
      await me.button(me.w.confirm).click();
      await me.main.getByText(me.w.cancelled).waitFor();
      await look(me, 'touch cancelled');
      await me.key.verifies(true);
      await me.button(me.w.confirm).click();
      await me.main.locator('pre').waitFor();
      await look(me, 'address');
    }, options);
  });
}

test('in the demonstration one click is an officer, and the code beside a decision is the one it takes', async () => {
  const demo = await startDemo();
  const someone = await person(browser, demo, {});
  const { page } = someone;
  const main = page.getByRole('main');
  await page.goto(DESK);
  await main.getByRole('button', { name: /Elena Zambrano/ }).click();
  await page.goto(`${DESK}/funcionarios`);
  await main.getByRole('link', { name: /Rosa Quishpe/ }).first().click();
  await main.getByText('Quitar el acceso').first().click();
  const code = (await main.locator('#touch_disable-hint').innerText()).match(/\d{6}/)[0];
  await page.locator('#touch_disable').fill(code);
  await main.getByRole('button', { name: 'Quitar el acceso' }).click();
  await main.getByText('Sin acceso').waitFor();
  await someone.close();
  await demo.stop();
});

test('the last two minutes of a session are announced, and going on renews it', async () => {
  const port = await freePort();
  const server = { listen: `127.0.0.1:${port}`, admin_listen: '127.0.0.1:0', public_url: `http://localhost:${port}` };
  const brief = await startService({ registry: new Registry(), settings: { server, desk: { session_idle: '122s' } } });
  brief.address = server.public_url;
  const said = await brief.run('officer', 'add', '--name', 'Ana', '--email', 'ana@institucion.example', '--role', 'desk');
  const someone = await person(browser, brief, {});
  const { page } = someone;
  await Authenticator.of(page);
  await page.goto(said.trim());
  await page.getByRole('button', { name: WORDS.es.create }).click();
  await page.getByText(WORDS.es.enrolled).waitFor();
  await page.getByRole('button', { name: WORDS.es.enter, exact: true }).click();
  await page.getByRole('button', { name: WORDS.es.out }).waitFor();
  const notice = page.getByText('Su sesión está por terminar.');
  await notice.waitFor();
  await picture(page, 'desk/ending');
  await page.getByRole('link', { name: 'Seguir trabajando' }).click();
  await page.waitForLoadState();
  await page.getByRole('button', { name: WORDS.es.out }).waitFor();
  await someone.close();
  await brief.stop();
});
