// Officers at their own computers, each with a passkey or an app of their own.

import { Authenticator } from './authenticator.js';
import { person, picture } from './browser.js';
import { App } from './otp.js';

export const DESK = '/ventanilla';
export const WORDS = {
  es: {
    create: 'Crear mi llave de acceso', enrolled: /Su alta está completa/, enter: 'Ingresar con llave de acceso', out: 'Salir',
    totp: /No puedo usar una llave/, finish: 'Terminar el alta', codeWay: 'Ingresar con un código', codeEnter: 'Ingresar con código',
    take: 'Tomar el caso', saveList: 'Guardar la lista', savePerson: 'Guardar la identificación', details: 'Corregir los datos o el correo',
    saveDetails: 'Guardar los datos', sendCode: 'Enviar el código', verify: 'Verificar', ask: 'Pedir aprobación', approve: 'Aprobar',
    sendBack: 'Devolver para corregir', returnIt: 'Devolver', handOver: 'Enviar el enlace', slip: 'Imprimir el sobre', open: 'Abrir',
    unfreeze: 'Dejar que siga', closed: 'Entregado', frozen: 'Caso detenido', waits: /Quien pide no aprueba/, slipDone: /El sobre se imprimió/,
    handedOver: /Entregado a su servidor de correo|entregó/i, reason: /Motivo de la última decisión/, seen: 'Original visto', slipError: /tiene un error/,
  },
  en: {
    create: 'Create my passkey', enrolled: /You are enrolled/, enter: 'Sign in with a passkey', out: 'Sign out',
    totp: /I cannot use a passkey/, finish: 'Finish enrolment', codeWay: 'Sign in with a code', codeEnter: 'Sign in with a code',
    take: 'Take the case', saveList: 'Save the list', savePerson: 'Save the identification', details: 'Correct the details or the e-mail',
    saveDetails: 'Save the details', sendCode: 'Send the code', verify: 'Verify', ask: 'Ask for approval', approve: 'Approve',
    sendBack: 'Return for correction', returnIt: 'Return', handOver: 'Send the link', slip: 'Print the envelope', open: 'Open',
    unfreeze: 'Let it go on', closed: 'Handed over', frozen: 'Stopped case', waits: /Who asks does not approve/, slipDone: /The envelope was printed/,
    handedOver: /handed/i, reason: /Reason of the latest decision/, seen: 'Original seen', slipError: /has a slip/,
  },
};

let count = 0;

/** Somebody whom the operator's command has just brought in. */
export async function newcomer(service, role) {
  count += 1;
  const name = `${['Ana', 'Luis', 'Rosa', 'Íñigo'][count % 4]} ${String.fromCharCode(64 + (count % 26 || 26))}. Ñáñez`;
  const email = `oficial${count}@institucion.example`;
  const address = await service.run('officer', 'add', '--name', name, '--email', email, '--role', role);
  return { name, email, address: address.trim() };
}

export class Officer {
  constructor(someone, who, language) {
    Object.assign(this, { someone, page: someone.page, who, w: WORDS[language], name: who.name });
    this.main = this.page.getByRole('main');
  }

  button(name) {
    return this.main.getByRole('button', { name, exact: typeof name === 'string' });
  }

  async withPasskey() {
    this.key = await Authenticator.of(this.page);
    await this.page.goto(this.who.address);
    await this.button(this.w.create).click();
    await this.main.getByText(this.w.enrolled).waitFor();
    await this.page.goto(DESK);
    await this.button(this.w.enter).click();
    await this.page.getByRole('button', { name: this.w.out }).waitFor();
    return this;
  }

  async withApp() {
    await this.page.goto(this.who.address);
    await this.main.getByText(this.w.totp).click();
    this.app = new App(await this.main.locator('.reference').innerText());
    await this.page.locator('[name=code]').fill(this.app.next());
    await this.button(this.w.finish).click();
    await this.main.getByText(this.w.codeWay).first().click();
    await this.page.locator('#email').fill(this.who.email);
    await this.page.locator('[name=code]').fill(this.app.next());
    await this.button(this.w.codeEnter).click();
    await this.page.getByRole('button', { name: this.w.out }).waitFor();
    return this;
  }

  /** By what is printed on the applicant's paper. */
  async open(reference) {
    await this.page.goto(DESK);
    await this.page.locator('#referencia').fill(reference);
    await this.button(this.w.open).click();
    await this.page.waitForURL(/\/ventanilla\/casos\/[0-9A-Z]{16}$/);
  }

  /** What is pressed leads to another page of the same case. */
  async press(name) {
    await Promise.all([this.page.waitForEvent('load'), this.button(name).click()]);
  }

  /** Check-list, person, details and mailbox, up to the request. `code` waits for the mailed code. */
  async check({ email, representative, code }) {
    await this.press(this.w.take);
    if (!(await this.page.locator('#applicant-in_person').isVisible())) await this.main.getByText(this.w.details).click();
    await this.page.locator('#applicant-in_person').check();
    await this.page.locator('#email').fill(email ?? '');
    await this.page.locator('#phone').fill('099 999 9999');
    await this.page.locator('#address').fill('Av. Ñandú y Güitig');
    await this.page.locator('#centre').selectOption({ index: 1 });
    await this.press(this.w.saveDetails);
    for (const seen of await this.main.getByRole('radio', { name: this.w.seen }).all()) await seen.check();
    await this.press(this.w.saveList);
    await this.page.locator('#person_name').fill('María José Muñoz Peña');
    await this.page.locator('#person_number').fill(representative);
    await this.page.locator('#how-cedula').check();
    await this.press(this.w.savePerson);
    if (!email) return;
    await this.press(this.w.sendCode);
    await this.page.locator('#code').fill(await code());
    await this.press(this.w.verify);
  }

  async ask() {
    await this.press(this.w.ask);
    await this.main.getByText(this.w.waits).waitFor();
  }
}

/** Runs a scene with an officer's browser; closing it fails on what no page may do. */
export async function atDesk(browser, service, who, scene, { language = 'es', app = false, ...options } = {}) {
  const someone = await person(browser, service, { language, ...options });
  const officer = new Officer(someone, who, language);
  let failure;
  try {
    await (app ? officer.withApp() : officer.withPasskey());
    await scene(officer);
  } catch (error) {
    failure = error;
    await picture(officer.page, `failed/desk-case-${Date.now()}`).catch(() => {});
  }
  await someone.close().catch((error) => { failure ??= error; });
  if (failure) throw failure;
}
