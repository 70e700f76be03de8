// An authenticator app, from RFC 6238 and RFC 4648 alone.

import { createHmac } from 'node:crypto';

const STEP_MS = 30_000;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(text) {
  const bits = [...text.replace(/[^A-Z2-7]/g, '')].map((digit) => ALPHABET.indexOf(digit).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

/** Each code it shows is of a later step, as a patient person would wait for; the first is one that is still taken. */
export class App {
  #secret;
  #step = Math.floor(Date.now() / STEP_MS) - 1;

  constructor(typed) {
    this.#secret = base32(typed);
  }

  next() {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(this.#step));
    this.#step += 1;
    const mac = createHmac('sha1', this.#secret).update(counter).digest();
    const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, '0');
  }
}
