export { fakeClock, type FakeClock, type FakeClockOptions, type FakeClockView } from './fake-clock.ts';
export { type FakeLocks } from './fake-locks.ts';
export { fakePlatform, seededRandom, type FakePlatform, type FakePlatformOptions } from './fake-platform.ts';
export { fakeTabs, type FakeTab, type FakeTabOptions, type FakeTabs, type FakeTabsOptions } from './fake-tabs.ts';
export { fakeVault, type FakeVault, type VaultOperation } from './fake-vault.ts';
export { type Delivery, type FakeWires } from './fake-wires.ts';
export { type Gate } from './gate.ts';
