import type { Session } from './session.ts';
import type { SessionRepository } from './session-repository.ts';

/** Sessions in this process. Everything is gone when it ends. */
export class InMemorySessionRepository implements SessionRepository {
  readonly #sessions = new Map<string, Session>();

  async insert(session: Session): Promise<void> {
    this.#sessions.set(session.id, structuredClone(session));
  }

  async findById(id: string): Promise<Session | null> {
    return structuredClone(this.#sessions.get(id) ?? null);
  }

  async findByIdentity(identityId: string): Promise<Session[]> {
    const found = [...this.#sessions.values()].filter((session) => session.identityId === identityId);
    return structuredClone(found);
  }

  async replace(session: Session, ifVersion: number): Promise<boolean> {
    if (this.#sessions.get(session.id)?.version !== ifVersion) return false;
    await this.insert(session);
    return true;
  }
}
