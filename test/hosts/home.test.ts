import t from 'tap';
import { launchChromium } from '../support/chromium.js';
import { makeKey, openKeys } from '../support/keys.js';
import { build } from '../support/service.js';

const browser = await launchChromium(t);

/** A page that is open, what went wrong on it, and the answer of its form. */
async function open(url: string) {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => faults.push(message.text()));
  await page.goto(url);
  const answer = async () => {
    const answered = page.waitForResponse(`${url}/predict`);
    await page.click('button');
    await (await answered).finished();
    return page.textContent('output');
  };
  return { page, faults, answer };
}

t.test('a person predicts with the form of the home page', async (t) => {
  const url = await build(t).listen({ port: 0, host: '127.0.0.1' });
  const { page, faults, answer } = await open(url);
  t.equal(await page.title(), 'Sklearn Prediction Home');
  t.equal(await answer(), '25.0021457871835');
  await page.fill('[name=CHAS]', '1');
  t.not(await answer(), '25.0021457871835');
  t.same(faults, []);

  await page.fill('[name=RM]', '1e39');
  t.match(await answer(), '/0/RM: expected a number from -2.4030950706143927e+38 to 2.4030950706143927e+38, got 1e+39');
  t.notOk(await page.isVisible('#key'), 'nobody is asked for a key that is not needed');
  await page.screenshot({ path: '.tap/home.png' });
});

t.test('where a key is needed the form asks for it, and keeps it no longer than the page', async (t) => {
  const alice = makeKey('alice', ['predict']);
  const { authenticate } = openKeys(t, [alice]);
  const url = await build(t, { authenticate }).listen({ port: 0, host: '127.0.0.1' });
  const { page, answer } = await open(url);
  t.notOk(await page.isVisible('#key'));
  t.match(await answer(), 'expected a key in Authorization: Bearer or in X-API-Key, got none');
  await page.fill('#key', 'housing_wrong');
  t.match(await answer(), 'expected a key of this service, got another');
  await page.fill('#key', alice.key);
  t.equal(await answer(), '25.0021457871835');

  const kept = await page.evaluate(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])',
  );
  t.equal(kept, JSON.stringify([{}, {}, '', `${url}/`]));
  await page.reload();
  t.equal(await page.inputValue('#key'), '');
});
