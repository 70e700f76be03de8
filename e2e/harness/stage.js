// What most files of tests share: one service, one browser, and a person for each test.

import { after, before } from 'node:test';

import { launch, person, picture } from './browser.js';
import { startService } from './program.js';
import { Registry } from './registry.js';
import { Walk } from './walk.js';

/**
 * Starts a service with the employers that `cast` adds to the registry, once for a file. What it returns has them under
 * `employers`, and `walk` runs a scene with a fresh person, failing on what no page may do.
 */
export function stage(cast, settings = {}) {
  const set = {};
  before(async () => {
    const registry = new Registry();
    const { catastro, ...employers } = cast(registry);
    set.employers = employers;
    set.service = await startService({ registry, catastro, settings });
    set.browser = await launch();
  });
  after(async () => {
    await set.browser?.close();
    await set.service?.stop();
  });
  set.person = (options) => person(set.browser, set.service, options);
  set.walk = async (options, scene) => {
    const { language = 'es' } = options;
    const someone = await set.person(options);
    let failure;
    try {
      await scene(new Walk(someone.page, set.service, language), someone);
    } catch (error) {
      failure = error;
      await picture(someone.page, `failed/${Date.now()}`).catch(() => {});
    }
    try {
      await someone.close();
    } catch (error) {
      failure ??= error;
    }
    if (failure) throw failure;
  };
  return set;
}
