import { serverEventSchema, type ServerEvent } from '../../../src/protocol/server-event.ts';

/** Reads a stream of server-sent events bit by bit. */
export class Listening {
  readonly status: number;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';
  isOver = false;

  constructor(answer: Response) {
    this.status = answer.status;
    this.#reader = answer.body!.getReader();
    void this.#read();
  }

  async #read(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) break;
      this.#text += new TextDecoder().decode(value);
    }
    this.isOver = true;
  }

  get text(): string {
    return this.#text;
  }

  get events(): ServerEvent[] {
    return [...this.#text.matchAll(/^data: (.*)$/gm)].map(([, data]) => serverEventSchema.parse(JSON.parse(data!)));
  }

  get ids(): string[] {
    return [...this.#text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id!);
  }

  leave(): Promise<void> {
    return this.#reader.cancel();
  }
}
