/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Address of the session server. Default: http://localhost:4000 */
  readonly VITE_SOJOURN_URL?: string;
}
