import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage } from '../harness/stage.js';

const set = stage((registry) => ({ one: registry.add() }), { session: { idle_ttl: '8s' } });

test('what a session showed leaves the page when the session ends, also without the network', () =>
  set.walk({}, async (walk) => {
    const employer = set.employers.one;
    const { page } = walk;
    await page.goto(await walk.toTheLink(employer));
    await walk.setKey();
    await walk.signIn(employer);
    await walk.assertSignedIn(employer);
    await page.context().setOffline(true);
    const over = page.getByText('Su sesión terminó');
    assert.equal(await over.isVisible(), false, 'not while it lasts');
    await over.waitFor();
    assert.ok(!(await page.locator('body').innerText()).includes(employer.ruc));
    assert.equal(await page.locator('main input').count(), 0);
    await page.context().setOffline(false);
    await page.getByRole('link', { name: 'Ingresar otra vez' }).click();
    await page.waitForURL('**/empleadores/ingresar');
  }));
