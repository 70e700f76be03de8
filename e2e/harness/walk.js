// The steps of the journey as a person takes them: by what they read on the page.

import assert from 'node:assert/strict';

import { WORDS } from './words.js';

export const NEW_KEY = 'gavilán bajo lluvia tranquila 73';

export const RECOVER = '/empleadores/recuperar-clave';
export const SIGN_IN = '/empleadores/ingresar';
export const ACCOUNT = '/empleadores/mi-cuenta';

const RECOVERY_PAGE = /\/empleadores\/recuperar-clave\/[0-9a-f-]{36}$/;

/** One person's walk: their page, their mailbox, their language. */
export class Walk {
  constructor(page, service, language = 'es') {
    this.page = page;
    this.mailbox = service.mailbox;
    this.words = WORDS[language];
  }

  field(name) {
    return this.page.locator(`[name="${name}"]:visible`);
  }

  /** The page's own button of that name; two forms may send to the same place. */
  button(name) {
    return this.page.getByRole('main').getByRole('button', { name, exact: typeof name === 'string' });
  }

  async fromHomeToTheForm() {
    const { page, words } = this;
    await page.goto('/');
    await page.getByRole('heading', { name: words.virtual }).first().waitFor();
    await page.getByRole('main').getByRole('link', { name: words.employers }).first().click();
    await page.waitForURL('**/empleadores');
    await page.getByRole('main').getByRole('link', { name: words.recover }).first().click();
    await page.waitForURL(`**${RECOVER}`);
  }

  async fillIdentifiers(employer) {
    await this.field('representative_id').fill(employer.representative);
    await this.field('ruc').fill(employer.ruc);
    await this.field('sucursal').fill(employer.sucursal);
  }

  /** From the form's address to the code's page. */
  async validate(employer) {
    await this.page.goto(RECOVER);
    await this.fillIdentifiers(employer);
    await this.button(this.words.validate).click();
    await this.page.waitForURL(RECOVERY_PAGE);
  }

  /** Types the code of the newest mail. */
  async typeCode(employer) {
    const code = await this.mailbox.nextCode(employer.email);
    await this.field('code').fill(code);
    await this.button(this.words.verify).click();
    await this.field('code').waitFor({ state: 'detached' });
    return code;
  }

  /** Up to the mailed link, which is not opened yet. */
  async toTheLink(employer) {
    await this.validate(employer);
    await this.typeCode(employer);
    return this.mailbox.nextLink(employer.email);
  }

  async setKey(key = NEW_KEY) {
    await this.field('password').fill(key);
    await this.field('password_confirmation').fill(key);
    await this.button(this.words.save).click();
    await this.field('password').waitFor({ state: 'detached' });
  }

  async signIn(employer, key = NEW_KEY) {
    await this.page.goto(SIGN_IN);
    await this.fillIdentifiers(employer);
    await this.field('password').fill(key);
    await this.button(this.words.signIn).click();
  }

  async assertSignedIn(employer) {
    await this.page.waitForURL(`**${ACCOUNT}`);
    assert.ok((await this.text()).includes(employer.name));
  }

  text() {
    return this.page.getByRole('main').innerText();
  }

  /** The summary of what is wrong stands first, has the focus, and each of its lines leads to its field. */
  async assertErrorSummary(...fields) {
    const summary = this.page.locator('[role="alert"]').first();
    await summary.waitFor();
    assert.ok(
      await summary.evaluate((it) => it === document.activeElement || it.contains(document.activeElement)),
      'the summary has the focus',
    );
    for (const field of fields) {
      const input = this.page.locator(`[name="${field}"]:visible`);
      const id = await input.getAttribute('id');
      assert.equal(await summary.locator(`a[href="#${id}"]`).count(), 1, `the summary leads to ${field}`);
      assert.equal(await input.getAttribute('aria-invalid'), 'true', `${field} is marked`);
      assert.ok(await input.getAttribute('aria-describedby'), `${field} says what is wrong with it`);
    }
  }
}
