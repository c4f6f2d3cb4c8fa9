/** Where the session server is. */
export const serverUrl: string = (import.meta.env.VITE_SOJOURN_URL ?? 'http://localhost:4000').replace(/\/+$/, '');
