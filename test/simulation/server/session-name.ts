/** How a session is called in what people read. */
export function name(id: string): string {
  return `session ${id.slice(-4)}`;
}
