import type { Session } from './session.ts';

/** Where sessions rest. Answers copies, so that changing one changes nothing that is stored. */
export interface SessionRepository {
  insert(session: Session): Promise<void>;
  findById(id: string): Promise<Session | null>;
  /** All of an identity, the dead too, in any order. */
  findByIdentity(identityId: string): Promise<Session[]>;
  /**
   * Puts `session` in the place of the stored one of its id, in one step, if the stored one's `version` is still `ifVersion`;
   * answers whether it was. Without that comparison a refresh could bring back what was revoked in between.
   */
  replace(session: Session, ifVersion: number): Promise<boolean>;
}
