import { afterEach, expect, test } from 'vitest';
import { personActivity } from '../../../src/client/platform/activity.ts';
import { fakeClock } from '../../../src/testing/fake-clock.ts';
import { fakePlatform } from '../../../src/testing/fake-platform.ts';

let stop = (): void => {};
afterEach(() => stop());

function setUp() {
  const clock = fakeClock();
  const platform = fakePlatform({ clock });
  let heard = 0;
  stop = personActivity(clock, platform.lifecycle).subscribe(() => heard++);
  return { clock, platform, heard: () => heard };
}

/** Only the browser makes trusted events; happy-dom lets itself be told that it is one. */
function does(type: string, more: object = {}): void {
  const event = Object.defineProperties(new Event(type, { bubbles: true }), {
    isTrusted: { value: true },
    ...Object.fromEntries(Object.entries(more).map(([key, value]) => [key, { value }])),
  });
  document.body.dispatchEvent(event);
}

test.each(['pointerdown', 'keydown', 'wheel', 'touchstart', 'touchmove'])('%s is a sign of a person', (type) => {
  const { heard } = setUp();
  does(type);
  expect(heard()).toBe(1);
});

test('a page cannot make it up', () => {
  const { heard } = setUp();
  document.body.dispatchEvent(new Event('keydown', { bubbles: true }));
  does('scroll');
  expect(heard()).toBe(0);
});

test('a pointer that rests while the page moves under it is no sign, one that moves is', () => {
  const { heard } = setUp();
  does('pointermove', { movementX: 0, movementY: 0 });
  expect(heard()).toBe(0);
  does('pointermove', { movementX: 0, movementY: -1 });
  expect(heard()).toBe(1);
});

test('is told once a second at most', async () => {
  const { clock, heard } = setUp();
  does('keydown');
  await clock.advance(999);
  does('keydown');
  expect(heard()).toBe(1);
  await clock.advance(1);
  does('keydown');
  expect(heard()).toBe(2);
});

test('J3: what wakes the machine is no sign; what follows is', async () => {
  const { clock, heard } = setUp();
  does('keydown');
  await clock.advance(5000);
  clock.sleep(7_200_000);
  does('keydown');
  does('pointerdown');
  await clock.advance(500);
  does('pointerdown');
  expect(heard()).toBe(1);
  await clock.advance(500);
  does('pointerdown');
  expect(heard()).toBe(2);
});

test('what wakes a frozen page is no sign either', async () => {
  const { clock, platform, heard } = setUp();
  platform.emit('away');
  await clock.advance(60_000);
  platform.emit('back');
  does('pointerdown');
  expect(heard()).toBe(0);
  await clock.advance(1000);
  does('pointerdown');
  expect(heard()).toBe(1);
});

test('a long quiet time without sleep is no jump', async () => {
  const { clock, heard } = setUp();
  await clock.advance(3_600_000);
  does('keydown');
  expect(heard()).toBe(1);
});

test('I8: nothing is left behind', () => {
  const { platform, heard } = setUp();
  stop();
  does('keydown');
  expect([heard(), platform.listeners()]).toEqual([0, 0]);
});
