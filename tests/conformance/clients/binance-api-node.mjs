import module from 'binance-api-node';
import { at, finish, first, onGrid, pause, refused, step, symbol, until } from './day.mjs';

const Binance = module.default ?? module;
const client = Binance({
  apiKey: at.key,
  apiSecret: at.secret,
  httpFutures: at.rest,
  wsFutures: `${at.streams}/market/ws`,
  wsFuturesPublic: `${at.streams}/public/ws`,
  wsFuturesMarket: `${at.streams}/market/ws`,
  wsFuturesPrivate: `${at.streams}/private/ws`,
});

await step('futuresPing', () => client.futuresPing());
await step('futuresTime', () => client.futuresTime(), (time) => Math.abs(Number(time) - Date.now()) < 5000);
await step('futuresExchangeInfo', () => client.futuresExchangeInfo(), (info) => info.symbols.length > 30);
await step('futuresBook', () => client.futuresBook({ symbol, limit: 10 }), (book) => book.bids.length === 10);
await step('futuresRpiDepth', () => client.futuresRpiDepth({ symbol, limit: 1000 }), (book) => book.bids.length > 0);
await step('futuresAggTrades', () => client.futuresAggTrades({ symbol }), (rows) => rows.length > 0);
await step('futuresTrades', () => client.futuresTrades({ symbol }), (rows) => rows.length > 0);
await step('futuresCandles', () => client.futuresCandles({ symbol, interval: '1h', limit: 10 }), (rows) => rows.length === 10);
await step('futuresMarkPriceCandles', () => client.futuresMarkPriceCandles({ symbol, interval: '1h', limit: 10 }), (rows) => rows.length === 10);
await step('futuresIndexPriceCandles', () => client.futuresIndexPriceCandles({ pair: symbol, interval: '1h', limit: 10 }), (rows) => rows.length === 10);
await step('futuresMarkPrice', () => client.futuresMarkPrice({ symbol }), (row) => Number((Array.isArray(row) ? row[0] : row).markPrice) > 0);
await step('futuresFundingRate', () => client.futuresFundingRate({ symbol, limit: 5 }), (rows) => rows.length === 5);
await step('futuresDailyStats', () => client.futuresDailyStats({ symbol }), (row) => Number(row.lastPrice) > 0);
const prices = await step('futuresPrices', () => client.futuresPrices(), (rows) => Number(rows[symbol]) > 0);
await step('futuresAllBookTickers', () => client.futuresAllBookTickers(), (rows) => Object.keys(rows).length > 30);
await step('futuresLongShortRatio', () => client.futuresLongShortRatio({ symbol, period: '1h', limit: 5 }), (rows) => rows.length === 5);
await step('futuresSymbolAdlRisk', () => client.futuresSymbolAdlRisk({ symbol }), (row) => row.symbol === symbol);

await step('futuresLeverage', () => client.futuresLeverage({ symbol, leverage: 12 }), (row) => Number(row.leverage) === 12);
await step('futuresMarginType', () => client.futuresMarginType({ symbol, marginType: 'ISOLATED' }), (row) => Number(row.code) === 200);
await step('futuresPositionMode', () => client.futuresPositionMode(), (row) => row.dualSidePosition === false);
await step('futuresLeverageBracket', () => client.futuresLeverageBracket({ symbol }), (rows) => rows[0].brackets.length > 5);
await step('futuresAccountBalance', () => client.futuresAccountBalance(), (rows) => rows[0].asset === 'USDT');
await step('futuresAccountInfo', () => client.futuresAccountInfo(), (row) => Number(row.totalWalletBalance) > 0);
await step('futuresCommissionRate', () => client.futuresCommissionRate({ symbol }), (row) => row.takerCommissionRate === '0.0005');

const low = onGrid(Number(prices[symbol]) * 0.98);
const limit = { symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.010', price: low };
const placed = await step('futuresOrder', () => client.futuresOrder(limit), (order) => order.status === 'NEW');
await step('futuresGetOrder', () => client.futuresGetOrder({ symbol, orderId: placed.orderId }), (order) => order.status === 'NEW');
await step('futuresOpenOrders', () => client.futuresOpenOrders({ symbol }), (rows) => rows.length === 1);
await step('futuresUpdateOrder', () => client.futuresUpdateOrder({ symbol, side: 'BUY', orderId: placed.orderId, quantity: '0.020', price: low }), (order) => order.origQty === '0.020');
await step('futuresCancelOrder', () => client.futuresCancelOrder({ symbol, orderId: placed.orderId }), (order) => order.status === 'CANCELED');
await refused('futuresCancelOrder again', -2011, () => client.futuresCancelOrder({ symbol, orderId: placed.orderId }));
const batch = await step('futuresBatchOrders', () => client.futuresBatchOrders({ batchOrders: JSON.stringify([limit, limit]) }), (rows) => rows.length === 2 && rows.every((order) => order.status === 'NEW'));
await step('futuresCancelBatchOrders', () => client.futuresCancelBatchOrders({ symbol, orderIdList: JSON.stringify(batch.map((order) => Number(order.orderId))) }), (rows) => rows.every((order) => order.status === 'CANCELED'));
await step('futuresCancelAllOpenOrders', () => client.futuresCancelAllOpenOrders({ symbol }), (row) => Number(row.code) === 200);

const stops = [];
for (const [name, subscribe] of [
  ['ws futuresDepth', (take) => client.ws.futuresDepth(symbol, take)],
  ['ws futuresPartialDepth', (take) => client.ws.futuresPartialDepth({ symbol, level: 10 }, take)],
  ['ws futuresCandles', (take) => client.ws.futuresCandles(symbol, '1m', take)],
  ['ws futuresTicker', (take) => client.ws.futuresTicker(symbol, take)],
  ['ws futuresAllTickers', (take) => client.ws.futuresAllTickers(take)],
  ['ws futuresAggTrades', (take) => client.ws.futuresAggTrades(symbol, take)],
  ['ws futuresBookTicker', (take) => client.ws.futuresBookTicker(symbol, take)],
  ['ws futuresMarkPrice', (take) => client.ws.futuresMarkPrice({ symbol }, take)],
  ['ws futuresAllMarkPrices', (take) => client.ws.futuresAllMarkPrices({ updateSpeed: '1s' }, take)],
  ['ws futuresCompositeIndex', (take) => client.ws.futuresCompositeIndex('DEFIUSDT', take)],
  ['ws futuresAllAssetIndex', (take) => client.ws.futuresAllAssetIndex(take)],
  ['ws futuresContinuousCandles', (take) => client.ws.futuresContinuousCandles({ pair: symbol, contractType: 'perpetual' }, '1m', take)],
]) {
  await step(name, () => first((take) => { stops.push(subscribe(take)); }));
}
const events = [];
await step('ws futuresUser', () => client.ws.futuresUser((event) => events.push(event)).then((stop) => { stops.push(stop); return pause(1000).then(() => true); }));
await step('market order', () => client.futuresOrder({ symbol, side: 'BUY', type: 'MARKET', quantity: '0.020' }), (order) => order.orderId);
await step('user events', () => until(() => events.some((event) => event.eventType === 'ORDER_TRADE_UPDATE') && events.some((event) => event.eventType === 'ACCOUNT_UPDATE')), (came) => came);
await step('futuresPositionRisk', () => client.futuresPositionRisk({ symbol }), (rows) => Number(rows[0].positionAmt) === 0.02);
await step('futuresPositionMargin', () => client.futuresPositionMargin({ symbol, amount: 5, type: 1 }), (row) => Number(row.code) === 200);
await step('futuresMarginHistory', () => client.futuresMarginHistory({ symbol }), (rows) => rows.length >= 1);
const stop = await step('futuresCreateAlgoOrder', () => client.futuresCreateAlgoOrder({ algoType: 'CONDITIONAL', symbol, side: 'SELL', type: 'STOP_MARKET', quantity: '0.020', triggerPrice: low }), (order) => order.algoStatus === 'NEW');
await step('futuresGetAlgoOrder', () => client.futuresGetAlgoOrder({ algoId: stop.algoId }), (order) => order.algoStatus === 'NEW');
await step('futuresGetOpenAlgoOrders', () => client.futuresGetOpenAlgoOrders({ symbol }), (rows) => rows.length === 1);
await step('futuresCancelAlgoOrder', () => client.futuresCancelAlgoOrder({ symbol, algoId: stop.algoId }), (row) => row.code === '200');
await step('futuresCancelAllAlgoOpenOrders', () => client.futuresCancelAllAlgoOpenOrders({ symbol }));
await step('futuresGetAllAlgoOrders', () => client.futuresGetAllAlgoOrders({ symbol }), (rows) => rows.length === 1);
await step('close', () => client.futuresOrder({ symbol, side: 'SELL', type: 'MARKET', quantity: '0.020', reduceOnly: 'true' }));
await step('futuresUserTrades', () => client.futuresUserTrades({ symbol }), (rows) => rows.length >= 2);
await step('futuresAllOrders', () => client.futuresAllOrders({ symbol }), (rows) => rows.length >= 2);
await step('futuresIncome', () => client.futuresIncome({ incomeType: 'COMMISSION' }), (rows) => rows.length >= 2);
await step('futuresAllForceOrders', () => client.futuresAllForceOrders({ symbol }).catch((error) => { if (error.code === undefined && String(error).includes('404')) { return []; } throw error; }), (rows) => Array.isArray(rows));
await step('futuresPositionModeChange', () => client.futuresPositionModeChange({ dualSidePosition: 'true' }), (row) => Number(row.code) === 200);
await step('futuresPositionModeChange back', () => client.futuresPositionModeChange({ dualSidePosition: 'false' }), (row) => Number(row.code) === 200);
await step('futuresGetDataStream', () => client.futuresGetDataStream(), (row) => row.listenKey.length === 64);
stops.forEach((end) => end?.({ delay: 0, fastClose: true, keepClosed: true }));
finish('binance-api-node');
