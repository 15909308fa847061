import Binance from 'node-binance-api';
import { at, cannot, finish, first, onGrid, pause, refused, step, symbol, until } from './day.mjs';

const client = new (Binance.default ?? Binance)({
  APIKEY: at.key,
  APISECRET: at.secret,
  urls: { fapi: `${at.rest}/fapi/` },
});
cannot('be told another address for its routed streams: the script replaces the two functions that make them');
client.getFStreamSingleUrl = (category) => `${at.streams}/${category}/ws/`;
client.getFStreamUrl = (category) => `${at.streams}/${category}/stream?streams=`;

await step('futuresPing', () => client.futuresPing());
await step('futuresTime', () => client.futuresTime(), (row) => Math.abs(Number(row.serverTime ?? row) - Date.now()) < 5000);
await step('futuresExchangeInfo', () => client.futuresExchangeInfo(), (info) => info.symbols.length > 30);
const prices = await step('futuresPrices', () => client.futuresPrices(), (rows) => Number(rows[symbol]) > 0);
await step('futuresDaily', () => client.futuresDaily(), (rows) => Object.keys(rows).length > 30);
await step('futuresOpenInterest', () => client.futuresOpenInterest(symbol), (row) => Number(row.openInterest ?? row) > 0);
await step('futuresCandles', () => client.futuresCandles(symbol, '1h', { limit: 10 }), (rows) => rows.length === 10);
await step('futuresMarkPrice', () => client.futuresMarkPrice(symbol), (row) => Number(row.markPrice) > 0);
await step('futuresTrades', () => client.futuresTrades(symbol), (rows) => rows.length > 0);
cannot('read historicalTrades: it sends no key there');
await step('futuresAggTrades', () => client.futuresAggTrades(symbol), (rows) => rows.length > 0);
await step('futuresFundingRate', () => client.futuresFundingRate(symbol, { limit: 5 }), (rows) => rows.length === 5);
await step('futuresDepth', () => client.futuresDepth(symbol, { limit: 10 }), (book) => Object.keys(book.bids).length === 10);
await step('futuresQuote', () => client.futuresQuote(symbol), (row) => Object.keys(row).length > 0);
await step('futuresBookTicker', () => client.futuresBookTicker(symbol), (row) => row !== undefined);

await step('futuresLeverage', () => client.futuresLeverage(symbol, 14), (row) => Number(row.leverage) === 14);
await step('futuresMarginType', () => client.futuresMarginType(symbol, 'ISOLATED'), (row) => row.code === 200);
await step('futuresLeverageBracket', () => client.futuresLeverageBracket(symbol), (rows) => Object.keys(rows).length > 0);
await step('futuresTradingStatus', () => client.futuresTradingStatus(symbol), (row) => row !== undefined);
await step('futuresCommissionRate', () => client.futuresCommissionRate(symbol), (row) => row !== undefined);
await step('futuresBalance', () => client.futuresBalance(), (rows) => rows[0].asset === 'USDT');
await step('futuresAccount', () => client.futuresAccount(), (row) => Number(row.totalWalletBalance) > 0);
await step('futuresPositionSideDual', () => client.futuresPositionSideDual(), (row) => row.dualSidePosition === false);

const low = onGrid(Number(prices[symbol]) * 0.98);
const placed = await step('futuresBuy', () => client.futuresBuy(symbol, '0.010', low), (order) => order.status === 'NEW');
await step('futuresOrderStatus', () => client.futuresOrderStatus(symbol, { orderId: placed.orderId }), (order) => order.status === 'NEW');
await step('futuresOpenOrders', () => client.futuresOpenOrders(symbol), (rows) => rows.length === 1);
cannot('amend an order: it has no call for that');
await step('futuresCancel', () => client.futuresCancel(symbol, placed.orderId), (order) => order.status === 'CANCELED');
await refused('futuresCancel again', -2011, () => client.futuresCancel(symbol, placed.orderId));
const row = { symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.010', price: low };
const batch = await step('futuresMultipleOrders', () => client.futuresMultipleOrders([{ ...row }, { ...row }]), (rows) => rows.length === 2 && rows.every((order) => order.status === 'NEW'));
await step('futuresCancelMultipleOrders', () => client.futuresCancelMultipleOrders(symbol, { orderIdList: JSON.stringify(batch.map((order) => order.orderId)) }), (rows) => rows.every((order) => order.status === 'CANCELED'));
await step('futuresCountdownCancelAll', () => client.futuresCountdownCancelAll(symbol, 60000), (answer) => answer.countdownTime === '60000');
await step('futuresCancelAll', () => client.futuresCancelAll(symbol), (answer) => answer.code === 200);

for (const [name, subscribe] of [
  ['futuresAggTradeStream', (take) => client.futuresAggTradeStream(symbol, take)],
  ['futuresMarkPriceStream', (take) => client.futuresMarkPriceStream(symbol, take)],
  ['futuresTickerStream', (take) => client.futuresTickerStream(symbol, take)],
  ['futuresMiniTickerStream', (take) => client.futuresMiniTickerStream(symbol, take)],
  ['futuresCandlesticksStream', (take) => client.futuresCandlesticksStream(symbol, '1m', take)],
]) {
  await step(name, () => first((take) => { subscribe(take); }));
}
await step('futuresBookTickerStream', () => first((take) => { client.futuresBookTickerStream(symbol, take); }));
const events = [];
await step('userFutureData', () => {
  client.userFutureData((event) => events.push(event.e));
  return pause(1500).then(() => true);
});

await step('futuresMarketBuy', () => client.futuresMarketBuy(symbol, '0.020'), (order) => order.orderId);
await step('user events', () => until(() => events.includes('ACCOUNT_UPDATE') && events.includes('ORDER_TRADE_UPDATE')), (came) => came);
await step('futuresPositionRisk', () => client.futuresPositionRisk({ symbol }), (rows) => rows.some((position) => Number(position.positionAmt) === 0.02));
await step('futuresPositionRiskV2', () => client.futuresPositionRiskV2({ symbol }), (rows) => Number(rows[0].positionAmt) === 0.02);
await step('futuresPositionMargin', () => client.futuresPositionMargin(symbol, 5, 1), (answer) => answer.code === 200);
await step('futuresPositionMarginHistory', () => client.futuresPositionMarginHistory(symbol), (rows) => rows.length >= 1);
await step('futuresDeleverageQuantile', () => client.futuresDeleverageQuantile({ symbol }), (answer) => answer !== undefined);
const stop = await step('stop order', () => client.futuresOrder('STOP_MARKET', 'SELL', symbol, '0.020', undefined, { stopPrice: low, reduceOnly: 'true' }), (order) => order !== undefined);
if (stop?.algoId !== undefined) {
  await step('cancel all stops', () => client.futuresCancelAll(symbol, { conditional: true }), (answer) => answer !== undefined);
}
await step('futuresMarketSell', () => client.futuresMarketSell(symbol, '0.020', { reduceOnly: 'true' }), (order) => order.orderId);
await step('futuresUserTrades', () => client.futuresUserTrades(symbol), (rows) => rows.length >= 2);
await step('futuresAllOrders', () => client.futuresAllOrders(symbol), (rows) => rows.length >= 2);
await step('futuresIncome', () => client.futuresIncome({ incomeType: 'COMMISSION' }), (rows) => rows.length >= 2);
await step('futuresForceOrders', () => client.futuresForceOrders(), (rows) => Array.isArray(rows));
const { listenKey } = await step('futuresGetDataStream', () => client.futuresGetDataStream(), (answer) => answer.listenKey.length === 64);
await step('futuresKeepDataStream', () => client.futuresKeepDataStream({ listenKey }));
await step('futuresCloseDataStream', () => client.futuresCloseDataStream({ listenKey }));
await step('futuresChangePositionSideDual', () => client.futuresChangePositionSideDual(true), (answer) => answer.code === 200);
await step('futuresChangePositionSideDual back', () => client.futuresChangePositionSideDual(false), (answer) => answer.code === 200);
finish('node-binance-api');
