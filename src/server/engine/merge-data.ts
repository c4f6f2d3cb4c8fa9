import type { JsonObject, JsonValue } from './json.ts';

/**
 * `patch` laid under `data` (or, with `overwrite`, over it): objects are merged key by key, and everything else, arrays too,
 * is a leaf of which one wins. Neither is changed.
 */
export function mergeData(data: JsonObject, patch: JsonObject, overwrite: boolean): JsonObject {
  const merged: JsonObject = { ...data };
  for (const [key, value] of Object.entries(patch)) {
    const there = Object.hasOwn(merged, key) ? merged[key] : undefined;
    if (there === undefined) merged[key] = value;
    else if (isObject(there) && isObject(value)) merged[key] = mergeData(there, value, overwrite);
    else if (overwrite) merged[key] = value;
  }
  return merged;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
