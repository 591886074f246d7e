import t from 'tap';
import { launchChromium } from '../support/chromium.js';
import { build } from '../support/service.js';

const browser = await launchChromium(t);

t.test('a person predicts with the form of the home page', async (t) => {
  const url = await build(t).listen({ port: 0, host: '127.0.0.1' });
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => faults.push(message.text()));
  await page.goto(url);
  t.equal(await page.title(), 'Sklearn Prediction Home');

  const answer = async () => {
    const answered = page.waitForResponse(`${url}/predict`);
    await page.click('button');
    await (await answered).finished();
    return page.textContent('output');
  };
  t.equal(await answer(), '25.0021457871835');
  await page.fill('[name=CHAS]', '1');
  t.not(await answer(), '25.0021457871835');
  t.same(faults, []);

  await page.fill('[name=RM]', '1e39');
  t.match(await answer(), '/0/RM: expected a number from -2.4030950706143927e+38 to 2.4030950706143927e+38, got 1e+39');
  await page.screenshot({ path: '.tap/home.png' });
});
