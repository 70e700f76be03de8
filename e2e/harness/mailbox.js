// A mail server that keeps what it gets, and the reading of a mail as a person reads it.

import { SMTPServer } from 'smtp-server';
import PostalMime from 'postal-mime';

const WAIT_MS = 20_000;

export class Mailbox {
  #server;
  #mails = [];
  #waiting = new Set();
  #refused = new Set();
  port;

  static async open() {
    const mailbox = new Mailbox();
    mailbox.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      logger: false,
      onRcptTo: (address, _session, done) => done(mailbox.#refusal(address.address)),
      onData: (stream, session, done) => mailbox.#take(stream, session, done),
    });
    await new Promise((resolve, reject) => {
      mailbox.#server.once('error', reject);
      mailbox.#server.listen(0, '127.0.0.1', resolve);
    });
    mailbox.#server.on('error', () => {});
    mailbox.port = mailbox.#server.server.address().port;
    return mailbox;
  }

  /** From now on this recipient is unknown here (550). */
  refuse(address) {
    this.#refused.add(address);
  }

  #refusal(address) {
    if (!this.#refused.has(address)) return null;
    return Object.assign(new Error('5.1.1 no such mailbox'), { responseCode: 550 });
  }

  async #take(stream, session, done) {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const mail = await new PostalMime().parse(Buffer.concat(chunks));
    this.#mails.push({ ...mail, to: session.envelope.rcptTo.map((to) => to.address), read: false });
    done();
    for (const look of this.#waiting) look();
  }

  /** The next mail to `address` that nobody read yet and that `fits`. */
  async next(address, fits = () => true) {
    const find = () => this.#mails.find((mail) => !mail.read && mail.to.includes(address) && fits(mail));
    const mail = find() ?? (await this.#arrival(find, address));
    mail.read = true;
    return mail;
  }

  #arrival(find, address) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const mail = find();
        if (!mail) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(mail);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        const subjects = this.#mails.map((mail) => `${mail.to}: ${mail.subject}`).join('\n');
        reject(new Error(`no mail to ${address} within ${WAIT_MS / 1000} s; there are:\n${subjects}`));
      }, WAIT_MS);
      this.#waiting.add(look);
    });
  }

  /** How many mails `address` ever got. */
  count(address) {
    return this.#mails.filter((mail) => mail.to.includes(address)).length;
  }

  async nextCode(address) {
    return codeIn((await this.next(address, (mail) => codeIn(mail.text))).text);
  }

  async nextLink(address) {
    return linkIn((await this.next(address, (mail) => linkIn(mail.text))).text);
  }

  close() {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The code of a mail: it stands alone on its line. */
export function codeIn(text) {
  return text?.match(/^\s*(\d{6,8})\s*$/m)?.[1];
}

/** The new-key link of a mail. */
export function linkIn(text) {
  return text?.match(/https?:\/\/\S+\/clave\/[A-Za-z0-9_-]+/)?.[0];
}

/** What a mail with the last code brings besides. */
export function voucherIn(text) {
  return text?.match(/https?:\/\/\S+\/reserva\/[A-Za-z0-9_-]+/)?.[0];
}
