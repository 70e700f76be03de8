// Under attack from an address, its next visitors work for their try: the browser by itself, or a person by waiting.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage } from '../harness/stage.js';
import { RECOVER } from '../harness/walk.js';

const set = stage(
  (registry) => ({ quick: registry.add(), patient: registry.add() }),
  { limits: { failures_before_proof: 3 } },
);

/** What a neighbour behind the same address did before. */
async function failThreeTimes(walk) {
  for (let serial = 0; serial < 3; serial += 1) {
    await walk.page.goto(RECOVER);
    await walk.fillIdentifiers({ representative: '1714307103', ruc: `179001167${serial}001`, sucursal: '0001' });
    await walk.button(walk.words.validate).click();
    await walk.page.waitForLoadState();
  }
}

test('with JavaScript the work is done without a word from the person', () =>
  set.walk({}, async (walk) => {
    await failThreeTimes(walk);
    await walk.validate(set.employers.quick);
    await walk.typeCode(set.employers.quick);
  }));

test('without JavaScript a person waits a little and goes on, and retypes nothing', () =>
  set.walk({ javaScriptEnabled: false }, async (walk) => {
    const employer = set.employers.patient;
    await failThreeTimes(walk);
    await walk.page.goto(RECOVER);
    await walk.fillIdentifiers(employer);
    await walk.button(walk.words.validate).click();
    await walk.page.waitForLoadState();
    const told = await walk.text();
    const seconds = Number(told.match(/(\d+)\s*segundos/)?.[1]);
    assert.ok(seconds > 0 && seconds <= 60, told);
    // An impatient click is told the same again; the ticket ripens all the same.
    const began = Date.now();
    while (!(await walk.field('code').count())) {
      assert.ok(Date.now() - began < (seconds + 20) * 1000, await walk.text());
      await walk.button(walk.words.continue).click();
      await walk.page.waitForLoadState();
    }
    await walk.typeCode(employer);
  }));
