// regl's draw procedures as closures: regl writes them as JavaScript text, and a page with a strict policy may not run text.

/** Values by place: those of the procedure itself, and behind `outer` those of the text around it. */
interface Frame {
  readonly values: unknown[];
  readonly outer: Frame | undefined;
  /** What the procedure was called on. */
  readonly self: unknown;
  returned: boolean;
  result: unknown;
}
type Run = (frame: Frame) => unknown;
/** A place that can be read, written and called on something. */
interface Place {
  readonly read: Run;
  readonly write?: (frame: Frame, value: unknown) => unknown;
  /** What a call has as `this`, and the function; absent where it is no member. */
  readonly member?: readonly [object: Run, key: Run];
}
class Scope {
  readonly names = new Map<string, number>();
  constructor(readonly outer?: Scope) {}
  declare(name: string): number {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    this.names.set(name, this.names.size);
    return this.names.size - 1;
  }
}

const globals: Readonly<Record<string, unknown>> = { Array, Float32Array, Math, performance, undefined };
const pattern =
  /\s*(?:([A-Za-z_$][\w$]*)|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|"([^"\\]*)"|([=!]==|[=!<>]=|&&|\|\||\+\+|--|\+=|-=|<<|>>|[^\s]))/y;

// biome-ignore lint/suspicious/noExplicitAny: values of the text have any type, as in JavaScript
type Any = any;
const binary: Readonly<Record<string, readonly [rank: number, apply: (a: Any, b: Any) => unknown]>> = {
  "===": [4, (a, b) => a === b],
  "!==": [4, (a, b) => a !== b],
  "<": [5, (a, b) => a < b],
  ">": [5, (a, b) => a > b],
  "<=": [5, (a, b) => a <= b],
  ">=": [5, (a, b) => a >= b],
  in: [5, (a, b) => a in b],
  instanceof: [5, (a, b) => a instanceof b],
  "<<": [6, (a, b) => a << b],
  ">>": [6, (a, b) => a >> b],
  "+": [7, (a, b) => a + b],
  "-": [7, (a, b) => a - b],
  "*": [8, (a, b) => a * b],
  "/": [8, (a, b) => a / b],
  "%": [8, (a, b) => a % b],
  "|": [1, (a, b) => a | b],
  "^": [2, (a, b) => a ^ b],
  "&": [3, (a, b) => a & b],
};

/**
 * What `new Function(...names, text)(...values)` gives, for the part of JavaScript that regl 2 writes: declarations,
 * assignments, conditions, `for` loops, functions and expressions.
 * @throws Error for any other text, with the place.
 */
export function compileProcedures(names: readonly string[], text: string, values: readonly unknown[]): unknown {
  const scope = new Scope();
  for (const name of names) scope.declare(name);
  const body = new Parser(text).program(scope);
  const frame: Frame = { values: [...values], outer: undefined, self: undefined, returned: false, result: undefined };
  body(frame);
  return frame.result;
}

type Token = readonly [kind: "name" | "number" | "text" | "sign" | "end", value: string];

class Parser {
  private at = 0;
  private token: Token = ["end", ""];

  constructor(private readonly text: string) {
    this.next();
  }

  program(scope: Scope): Run {
    const parts: Run[] = [];
    while (this.token[0] !== "end") parts.push(this.statement(scope));
    return sequence(parts);
  }

  private next(): Token {
    const was = this.token;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) {
      this.token = ["end", ""];
      return was;
    }
    this.at = pattern.lastIndex;
    const [, name, number, quoted, sign] = found;
    if (name !== undefined) this.token = ["name", name];
    else if (number !== undefined) this.token = ["number", number];
    else if (quoted !== undefined) this.token = ["text", quoted];
    else this.token = ["sign", sign!];
    return was;
  }

  private is(value: string): boolean {
    return this.token[1] === value && (this.token[0] === "sign" || this.token[0] === "name");
  }

  private skip(value: string): boolean {
    if (!this.is(value)) return false;
    this.next();
    return true;
  }

  private expect(value: string): void {
    if (!this.skip(value)) this.fail(`"${value}"`);
  }

  private fail(wanted: string): never {
    const near = this.text.slice(Math.max(0, this.at - 40), this.at);
    throw new Error(`regl's text has "${this.token[1]}" where ${wanted} was expected, after …${near}`);
  }

  private name(): string {
    if (this.token[0] !== "name") this.fail("a name");
    return this.next()[1];
  }

  private block(scope: Scope): Run {
    if (!this.skip("{")) return this.statement(scope);
    const parts: Run[] = [];
    while (!this.skip("}")) parts.push(this.statement(scope));
    return sequence(parts);
  }

  private statement(scope: Scope): Run {
    if (this.skip(";")) return () => undefined;
    if (this.is("{")) return this.block(scope);
    if (this.skip("var")) {
      const parts: Run[] = [];
      do {
        const place = scope.declare(this.name());
        if (!this.skip("=")) continue;
        const value = this.assignment(scope);
        parts.push((frame) => {
          frame.values[place] = value(frame);
        });
      } while (this.skip(","));
      this.skip(";");
      return sequence(parts);
    }
    if (this.skip("if")) {
      this.expect("(");
      const test = this.expression(scope);
      this.expect(")");
      const then = this.block(scope);
      const otherwise = this.skip("else") ? this.block(scope) : undefined;
      return (frame) => {
        if (test(frame)) then(frame);
        else otherwise?.(frame);
      };
    }
    if (this.skip("for")) {
      this.expect("(");
      const start = this.is(";") ? undefined : this.expression(scope);
      this.expect(";");
      const test = this.expression(scope);
      this.expect(";");
      const step = this.expression(scope);
      this.expect(")");
      const body = this.block(scope);
      return (frame) => {
        for (start?.(frame); test(frame) && !frame.returned; step(frame)) body(frame);
      };
    }
    if (this.skip("return")) {
      const value = this.is(";") || this.is("}") ? undefined : this.expression(scope);
      this.skip(";");
      return (frame) => {
        frame.result = value?.(frame);
        frame.returned = true;
      };
    }
    const value = this.expression(scope);
    this.skip(";");
    return value;
  }

  private expression(scope: Scope): Run {
    let left = this.assignment(scope);
    while (this.skip(",")) {
      const before = left;
      const after = this.assignment(scope);
      left = (frame) => {
        before(frame);
        return after(frame);
      };
    }
    return left;
  }

  private assignment(scope: Scope): Run {
    const place = this.conditional(scope);
    const sign = ["=", "+=", "-="].find((each) => this.skip(each));
    if (sign === undefined) return place.read;
    const { read, write } = place;
    if (!write) this.fail("something to assign to");
    const value = this.assignment(scope);
    if (sign === "=") return (frame) => write(frame, value(frame));
    const apply = binary[sign[0]!]![1];
    return (frame) => write(frame, apply(read(frame), value(frame)));
  }

  private conditional(scope: Scope): Place {
    const test = this.either(scope);
    if (!this.skip("?")) return test;
    const then = this.assignment(scope);
    this.expect(":");
    const otherwise = this.assignment(scope);
    return { read: (frame) => (test.read(frame) ? then(frame) : otherwise(frame)) };
  }

  private either(scope: Scope): Place {
    let left = this.both(scope);
    while (this.skip("||")) {
      const [a, b] = [left.read, this.both(scope).read];
      left = { read: (frame) => a(frame) || b(frame) };
    }
    return left;
  }

  private both(scope: Scope): Place {
    let left = this.operation(scope, 1);
    while (this.skip("&&")) {
      const [a, b] = [left.read, this.operation(scope, 1).read];
      left = { read: (frame) => a(frame) && b(frame) };
    }
    return left;
  }

  private operation(scope: Scope, least: number): Place {
    let left = this.unary(scope);
    for (;;) {
      const operator = this.token[0] === "sign" || this.token[0] === "name" ? binary[this.token[1]] : undefined;
      if (!operator || operator[0] < least) return left;
      this.next();
      const [rank, apply] = operator;
      const [a, b] = [left.read, this.operation(scope, rank + 1).read];
      left = { read: (frame) => apply(a(frame), b(frame)) };
    }
  }

  private unary(scope: Scope): Place {
    if (this.skip("!")) {
      const { read } = this.unary(scope);
      return { read: (frame) => !read(frame) };
    }
    if (this.skip("-")) {
      const { read } = this.unary(scope);
      return { read: (frame) => -(read(frame) as number) };
    }
    if (this.skip("+")) {
      const { read } = this.unary(scope);
      return { read: (frame) => Number(read(frame)) };
    }
    if (this.skip("typeof")) {
      const { read } = this.unary(scope);
      return { read: (frame) => typeof read(frame) };
    }
    const change = this.skip("++") ? 1 : this.skip("--") ? -1 : 0;
    if (change !== 0) {
      const { read, write } = this.unary(scope);
      if (!write) this.fail("something to count");
      return { read: (frame) => write(frame, (read(frame) as number) + change) };
    }
    return this.postfix(scope);
  }

  private postfix(scope: Scope): Place {
    let place = this.primary(scope);
    for (;;) {
      if (this.skip(".")) {
        const key = this.name();
        place = member(place.read, () => key);
      } else if (this.skip("[")) {
        const key = this.expression(scope);
        this.expect("]");
        place = member(place.read, key);
      } else if (this.skip("(")) {
        place = call(place, this.list(scope, ")"));
      } else if (this.is("++") || this.is("--")) {
        const change = this.next()[1] === "++" ? 1 : -1;
        const { read, write } = place;
        if (!write) this.fail("something to count");
        place = {
          read: (frame) => {
            const was = read(frame) as number;
            write(frame, was + change);
            return was;
          },
        };
      } else return place;
    }
  }

  private list(scope: Scope, end: string): Run[] {
    const parts: Run[] = [];
    while (!this.skip(end)) {
      parts.push(this.assignment(scope));
      if (!this.is(end)) this.expect(",");
    }
    return parts;
  }

  private primary(scope: Scope): Place {
    const [kind, value] = this.token;
    if (kind === "number" || kind === "text") {
      this.next();
      const constant = kind === "number" ? Number(value) : value;
      return { read: () => constant };
    }
    if (this.skip("(")) {
      const read = this.expression(scope);
      this.expect(")");
      return { read };
    }
    if (this.skip("[")) {
      const parts = this.list(scope, "]");
      return { read: (frame) => parts.map((part) => part(frame)) };
    }
    if (this.skip("{")) return this.object(scope);
    if (this.skip("function")) return this.function(scope);
    if (this.skip("new")) {
      let made = this.primary(scope);
      while (this.skip(".")) {
        const key = this.name();
        made = member(made.read, () => key);
      }
      const parts = this.skip("(") ? this.list(scope, ")") : [];
      const type = made.read;
      return {
        read: (frame) =>
          new (type(frame) as new (...values: unknown[]) => unknown)(...parts.map((each) => each(frame))),
      };
    }
    if (kind !== "name") this.fail("a value");
    this.next();
    if (value === "true" || value === "false") return { read: () => value === "true" };
    if (value === "null") return { read: () => null };
    if (value === "this") return { read: (frame) => frame.self };
    return variable(value, scope);
  }

  private object(scope: Scope): Place {
    const parts: (readonly [string, Run])[] = [];
    while (!this.skip("}")) {
      const key = this.next()[1];
      this.expect(":");
      parts.push([key, this.assignment(scope)]);
      if (!this.is("}")) this.expect(",");
    }
    return { read: (frame) => Object.fromEntries(parts.map(([key, value]) => [key, value(frame)])) };
  }

  private function(outer: Scope): Place {
    if (this.token[0] === "name") this.next();
    const scope = new Scope(outer);
    this.expect("(");
    while (!this.skip(")")) {
      scope.declare(this.name());
      this.skip(",");
    }
    const count = scope.names.size;
    const body = this.block(scope);
    return {
      read: (frame) =>
        function (this: unknown, ...given: unknown[]) {
          const values = given.slice(0, count);
          const inner: Frame = { values, outer: frame, self: this, returned: false, result: undefined };
          body(inner);
          return inner.result;
        },
    };
  }
}

function sequence(parts: readonly Run[]): Run {
  return (frame) => {
    for (const part of parts) {
      part(frame);
      if (frame.returned) return;
    }
  };
}

function variable(name: string, scope: Scope): Place {
  let depth = 0;
  for (let at: Scope | undefined = scope; at; at = at.outer, depth++) {
    const place = at.names.get(name);
    if (place === undefined) continue;
    const frameOf = (frame: Frame): Frame => {
      let found = frame;
      for (let i = 0; i < depth; i++) found = found.outer!;
      return found;
    };
    if (depth === 0) {
      return { read: (frame) => frame.values[place], write: (frame, value) => (frame.values[place] = value) };
    }
    return {
      read: (frame) => frameOf(frame).values[place],
      write: (frame, value) => (frameOf(frame).values[place] = value),
    };
  }
  if (!Object.hasOwn(globals, name)) throw new Error(`regl's text uses the unknown name "${name}"`);
  const value = globals[name];
  return { read: () => value };
}

function member(object: Run, key: Run): Place {
  return {
    read: (frame) => (object(frame) as Any)[key(frame) as PropertyKey],
    write: (frame, value) => {
      (object(frame) as Any)[key(frame) as PropertyKey] = value;
      return value;
    },
    member: [object, key],
  };
}

function call({ read, member: of }: Place, parts: readonly Run[]): Place {
  const given = (frame: Frame) => parts.map((part) => part(frame));
  if (!of) return { read: (frame) => (read(frame) as (...values: unknown[]) => unknown)(...given(frame)) };
  const [object, key] = of;
  return { read: (frame) => (object(frame) as Any)[key(frame) as PropertyKey](...given(frame)) };
}
