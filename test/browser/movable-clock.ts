// Loaded into the session server before it starts (`node --import`): its clock goes on by itself, and is moved by messages.
const RealDate = Date;
let aheadMs = 0;

class MovedDate extends RealDate {
  constructor(...given: [] | [number | string]) {
    super(given[0] ?? RealDate.now() + aheadMs);
  }
  static override now(): number {
    return RealDate.now() + aheadMs;
  }
}

globalThis.Date = MovedDate as DateConstructor;
process.on('message', (ms: number) => {
  aheadMs += ms;
  process.send?.('moved');
});
// Whoever started this server is gone.
process.on('disconnect', () => process.exit());
