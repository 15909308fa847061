// What the client scripts share: where the exchange is, steps that are counted, and a report at the end.
//
// A script runs one trading day with one client library. Each step is one call of the library, and what it
// returned is looked at. What the library itself cannot do against another address is named, not counted.
export const at = {
  rest: process.env.HEADROOM_REST,
  streams: process.env.HEADROOM_STREAMS,
  wsApi: process.env.HEADROOM_WS_API,
  key: process.env.HEADROOM_KEY,
  secret: process.env.HEADROOM_SECRET,
};
export const symbol = 'BTCUSDT';

let steps = 0;
const failures = [];
const impossible = [];

function wordsOf(error) {
  const body = error?.response?.data ?? error?.body ?? error;
  const text = typeof body === 'string' ? body : (body?.message ?? body?.msg ?? JSON.stringify(body));
  return String(text ?? error).slice(0, 300);
}

const stepMs = 30000;

function within(promise) {
  return Promise.race([promise, new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${stepMs} ms`)), stepMs).unref();
  })]);
}

/** Runs one call; `check` says whether what came back is right. The result, or undefined where it failed. */
export async function step(name, call, check = (value) => value !== undefined && value !== null) {
  ++steps;
  try {
    if (process.env.HEADROOM_STEPS) {
      console.log(`  ${name}`);
    }
    const value = await within(call());
    if (!check(value)) {
      failures.push(`${name}: ${JSON.stringify(value)?.slice(0, 300)}`);
    }
    return value;
  } catch (error) {
    failures.push(`${name}: ${wordsOf(error)}`);
    return undefined;
  }
}

/** A call that the exchange has to refuse with that code. */
export async function refused(name, code, call) {
  ++steps;
  try {
    const value = await call();
    const told = value?.code ?? value?.[0]?.code;
    if (Number(told) !== code) {
      failures.push(`${name}: not refused with ${code}: ${JSON.stringify(value)?.slice(0, 200)}`);
    }
  } catch (error) {
    const text = `${wordsOf(error)} ${error?.code ?? ''} ${error?.body?.code ?? ''}`;
    if (!text.includes(String(code)) && Number(error?.code) !== code) {
      failures.push(`${name}: not refused with ${code} but: ${text}`);
    }
  }
}

/** What the library cannot do against this exchange, and why. */
export function cannot(what) {
  impossible.push(what);
}

// A script that breaks off counts as a failure, and what it found so far is still told.
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => {
    failures.push(`broke off: ${error?.stack ?? wordsOf(error)}`);
    finish(process.argv[1].split('/').pop().replace('.mjs', ''));
  });
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves with the first value that `subscribe` hands to its argument. */
export function first(subscribe, ms = 20000) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing came within ${ms} ms`)), ms);
    const take = (value) => {
      clearTimeout(timer);
      resolve(value);
    };
    Promise.resolve(subscribe(take)).catch(reject);
  });
}

/** Waits until the condition holds; whether it did. */
export async function until(condition, ms = 20000) {
  for (let waited = 0; waited < ms; waited += 50) {
    if (await condition()) {
      return true;
    }
    await pause(50);
  }
  return false;
}

/** A price on BTCUSDT's grid. */
export const onGrid = (price) => (Math.floor(price * 10) / 10).toFixed(1);

export function finish(client) {
  for (const what of impossible) {
    console.log(`  ${client} cannot: ${what}`);
  }
  for (const failure of failures) {
    console.log(`  FAILED ${failure}`);
  }
  console.log(`${client}: ${steps} steps, ${failures.length} failures`);
  process.exit(failures.length === 0 ? 0 : 1);
}
