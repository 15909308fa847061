// The liquidation price of ccxt's binance adapter beside Headroom's, run by packaging/bench risk.
// node risk_rival.mjs <folder with node_modules> <what risk_bench wrote with --benchmark_out>
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder, measured] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${folder}/package.json`));
const ccxt = require('ccxt');

// floor, rate, maintenance amount of BTCUSDT (protocol reference 10.3); ccxt keeps floor and rate.
const rows = [
    ['0', '0.004', 0], ['300000', '0.005', 300], ['800000', '0.0065', 1500], ['3000000', '0.01', 12000],
    ['12000000', '0.02', 132000], ['70000000', '0.025', 482000], ['100000000', '0.05', 2982000],
    ['230000000', '0.1', 14482000], ['480000000', '0.125', 26482000], ['600000000', '0.15', 41482000],
    ['800000000', '0.25', 121482000], ['1200000000', '0.5', 421482000],
];

// The same 1,000 positions as in risk_bench.cpp.
let state = 1n;
const next = (below) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number((state >> 33n) % BigInt(below));
};
const cases = [];
for (let i = 0; i < 1000; ++i) {
    const sign = next(2) === 0 ? 1 : -1;
    const quantity = (1 + next(2000000)) / 1000;
    const entry = (300000 + next(700000)) / 10;
    const leverage = 2 + next(124);
    cases.push({ sign, quantity, entry, leverage, wallet: Number((entry * quantity / leverage).toFixed(8)) });
}

const exchange = new ccxt.binance();
exchange.options.leverageBrackets = { 'BTC/USDT:USDT': rows.map(([floor, rate]) => [floor, rate]) };
const market = exchange.safeMarketStructure({
    id: 'BTCUSDT', symbol: 'BTC/USDT:USDT', base: 'BTC', quote: 'USDT', settle: 'USDT', type: 'swap',
    swap: true, contract: true, linear: true, contractSize: 1, precision: { price: 0.1, amount: 0.001 },
});
exchange.markets = { [market.symbol]: market };
exchange.markets_by_id = { [market.id]: [market] };
const wire = cases.map(({ sign, quantity, entry, leverage, wallet }) => ({
    symbol: 'BTCUSDT', leverage: String(leverage), initialMargin: (quantity * entry / leverage).toFixed(8),
    maintMargin: '1', entryPrice: String(entry), notional: (sign * quantity * entry).toFixed(8),
    positionAmt: String(sign * quantity), unrealizedProfit: '0', updateTime: 1760000400000, isolated: true,
    isolatedWallet: wallet.toFixed(8), positionSide: 'BOTH',
}));

// Margin balance minus maintenance margin, the brackets those of the notional at that price.
const surplus = ({ sign, quantity, entry, wallet }, price) => {
    const notional = quantity * price;
    const row = rows.findLast(([floor]) => notional > Number(floor)) ?? rows[0];
    return wallet + sign * quantity * (price - entry) - (notional * Number(row[1]) - row[2]);
};

const priceOf = (position) => exchange.parseAccountPosition(position, market).liquidationPrice;
let off = 0;
let late = 0;
for (const [i, each] of cases.entries()) {
    const price = priceOf(wire[i]) ?? 0;
    const tick = 0.1;
    // Right is a price within a tick of where the surplus is gone.
    const toEntry = surplus(each, price + each.sign * tick);
    const away = surplus(each, price - each.sign * tick);
    off += toEntry > 0 && away <= 0 ? 0 : 1;
    late += toEntry <= 0 ? 1 : 0;
}

for (let warm = 0; warm < 5; ++warm) {
    wire.forEach(priceOf);
}
const start = process.hrtime.bigint();
const cpu = process.cpuUsage();
const rounds = 20;
for (let round = 0; round < rounds; ++round) {
    wire.forEach(priceOf);
}
const used = process.cpuUsage(cpu);
const perSecond = rounds * wire.length / ((used.user + used.system) / 1e6);
const wall = Number(process.hrtime.bigint() - start) / 1e9;

const ours = JSON.parse(readFileSync(measured, 'utf8')).benchmarks.find((each) => each.name === 'liquidationPrices');
const whole = (value) => Math.round(value).toLocaleString('en-US');
console.log(`Liquidation prices a second, of 1,000 isolated BTCUSDT positions (CPU time):`);
console.log(`  Headroom                                         ${whole(ours.items_per_second).padStart(12)}`);
console.log(`  ccxt ${ccxt.version} binance.parseAccountPosition (node)`.padEnd(51) + whole(perSecond).padStart(12));
console.log(`  ratio                                            ${(ours.items_per_second / perSecond).toFixed(0).padStart(12)}`);
console.log(`  ccxt took ${wall.toFixed(2)} s for ${whole(rounds * wire.length)}; it parses the whole position with the price.`);
console.log(`ccxt is off by more than a tick in ${off} of 1,000 (it leaves out the maintenance amount and takes the`);
console.log(`bracket of today's notional); in ${late} of them the position is gone before its price is reached.`);
