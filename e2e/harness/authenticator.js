// Chromium's virtual authenticator: a passkey in software, with a person who verifies, or does not.

const PLATFORM = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
};

export class Authenticator {
  #session;
  #id;

  static async of(page) {
    const key = new Authenticator();
    key.#session = await page.context().newCDPSession(page);
    await key.#session.send('WebAuthn.enable');
    await key.replace({});
    return key;
  }

  /** Another one in its place, with nothing in it. */
  async replace(options) {
    if (this.#id) await this.#session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: this.#id });
    const added = await this.#session.send('WebAuthn.addVirtualAuthenticator', { options: { ...PLATFORM, ...options } });
    this.#id = added.authenticatorId;
  }

  /** One more beside it, empty, which answers first from now on. */
  async another() {
    const options = { ...PLATFORM, transport: 'usb' };
    this.#id = (await this.#session.send('WebAuthn.addVirtualAuthenticator', { options })).authenticatorId;
  }

  /** Whether its person passes the check of fingerprint, face or PIN from now on. */
  async verifies(isUserVerified) {
    await this.#session.send('WebAuthn.setUserVerified', { authenticatorId: this.#id, isUserVerified });
  }

  /** The signatures that it has made. */
  async counter() {
    const { credentials } = await this.#session.send('WebAuthn.getCredentials', { authenticatorId: this.#id });
    return credentials.reduce((most, { signCount }) => Math.max(most, signCount), 0);
  }
}
