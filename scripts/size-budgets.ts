// Budgets in brotli bytes (1 kB is 1000 bytes), and what may never be in a bundle.

export interface Budget {
  name: string;
  /** As an app writes it. */
  code: string;
  bytes: number;
  external: string[];
}

export const budgets: Budget[] = [
  {
    name: 'sojourn',
    code: "export { createSessionManager } from 'sojourn';",
    bytes: 14_000,
    external: [],
  },
  {
    name: 'sojourn/react',
    code: "export * from 'sojourn/react';",
    bytes: 500,
    external: ['react', 'react/jsx-runtime', 'sojourn'],
  },
];

/** Inputs that the client entry may not have, on demand or not. */
export const forbidden: { name: string; inputs: RegExp }[] = [
  { name: 'jose', inputs: /node_modules\/jose\// },
  { name: 'hono', inputs: /node_modules\/(hono|@hono)\// },
  { name: 'ky', inputs: /node_modules\/ky\// },
  { name: 'full zod', inputs: /node_modules\/zod\/(index|v4\/(index|classic\/)|v3\/)/ },
  { name: 'server code', inputs: /^src\/server\// },
  { name: 'testing code', inputs: /^src\/testing\// },
  { name: 'react', inputs: /node_modules\/react(-dom)?\/|^src\/react\// },
];
