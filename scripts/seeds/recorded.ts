/** A call that a block made of a facade, and what came of it. */
export interface Call {
  /** Such as `session.get`. */
  name: string;
  args: unknown[];
  /** What it answered; a promise is awaited first. */
  result?: unknown;
  error?: unknown;
}

/** The same object, whose calls are noted; also those of what its classes make, and of objects inside of it. */
export function recorded(target: object, name: string, calls: Call[]): object {
  // A stand-in that holds nothing: what is frozen may not be answered differently through itself.
  return new Proxy(isClass(target) ? class {} : {}, {
    get: (_, key): unknown => {
      const member: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol') return member;
      const path = name === '' ? key : `${name}.${key}`;
      if (isClass(member) || isHolder(member)) return recorded(member, path, calls);
      return typeof member === 'function' ? noted(member.bind(target) as Callable, path, calls) : member;
    },
    construct: (_, args): object => recorded(Reflect.construct(target as Constructable, args), name, calls),
  });
}

type Callable = (...args: unknown[]) => unknown;
type Constructable = new (...args: unknown[]) => object;

function noted(called: Callable, name: string, calls: Call[]): Callable {
  return (...args) => {
    const call: Call = { name, args };
    calls.push(call);
    try {
      const result = called(...args);
      call.result = result;
      if (result instanceof Promise)
        result.then(
          (value: unknown) => (call.result = value),
          (error: unknown) => (call.error = error),
        );
      return result;
    } catch (error) {
      call.error = error;
      throw error;
    }
  };
}

function isClass(value: unknown): value is Constructable {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

/** An object that is there for what it can do. */
function isHolder(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return ![Array, Date, Error, Map, Promise, Set].some((data) => value instanceof data);
}
