import ccxt from 'ccxt';
import { at, cannot, finish, first, onGrid, pause, refused, step, until } from './day.mjs';

const market = 'BTC/USDT:USDT';

function configured(Exchange) {
  const exchange = new Exchange({ apiKey: at.key, secret: at.secret, options: { defaultType: 'swap', fetchCurrencies: false } });
  for (const name of Object.keys(exchange.urls.api)) {
    const url = exchange.urls.api[name];
    if (typeof url === 'string') {
      exchange.urls.api[name] = url.replace('https://fapi.binance.com', at.rest);
    }
  }
  if (exchange.urls.api.ws) {
    exchange.urls.api.ws.future = `${at.streams}/ws`;
    exchange.urls.api.ws['ws-api'].future = at.wsApi;
  }
  return exchange;
}

const rest = configured(ccxt.binanceusdm);
const pro = configured(ccxt.pro.binanceusdm);

await step('loadMarkets', () => rest.loadMarkets(), (markets) => markets[market]?.swap === true);
await step('fetchTime', () => rest.fetchTime(), (time) => Math.abs(time - Date.now()) < 5000);
const ticker = await step('fetchTicker', () => rest.fetchTicker(market), (row) => row.last > 0 && row.high >= row.low);
await step('fetchTickers', () => rest.fetchTickers(), (rows) => Object.keys(rows).length > 30);
await step('fetchBidsAsks', () => rest.fetchBidsAsks([market]), (rows) => rows[market].bid < rows[market].ask);
await step('fetchLastPrices', () => rest.fetchLastPrices([market]), (rows) => rows[market].price > 0);
await step('fetchOrderBook', () => rest.fetchOrderBook(market, 20), (book) => book.bids.length === 20 && book.bids[0][0] < book.asks[0][0]);
await step('fetchTrades', () => rest.fetchTrades(market, undefined, 10), (rows) => rows.length > 0 && rows[0].price > 0);
await step('fetchOHLCV', () => rest.fetchOHLCV(market, '1h', undefined, 50), (rows) => rows.length === 50);
await step('fetchMarkOHLCV', () => rest.fetchMarkOHLCV(market, '1m', undefined, 5), (rows) => rows.length === 5);
await step('fetchIndexOHLCV', () => rest.fetchIndexOHLCV(market, '1m', undefined, 5), (rows) => rows.length === 5);
await step('fetchPremiumIndexOHLCV', () => rest.fetchPremiumIndexOHLCV(market, '1m', undefined, 5), (rows) => rows.length === 5);
await step('fetchFundingRate', () => rest.fetchFundingRate(market), (row) => row.markPrice > 0);
await step('fetchFundingRates', () => rest.fetchFundingRates(), (rows) => Object.keys(rows).length > 30);
await step('fetchFundingRateHistory', () => rest.fetchFundingRateHistory(market, undefined, 10), (rows) => rows.length === 10);
await step('fetchFundingIntervals', () => rest.fetchFundingIntervals(), (rows) => typeof rows === 'object');
await step('fetchOpenInterest', () => rest.fetchOpenInterest(market), (row) => row.openInterestAmount > 0);
await step('fetchOpenInterestHistory', () => rest.fetchOpenInterestHistory(market, '1h', undefined, 5), (rows) => rows.length === 5);
await step('fetchLongShortRatioHistory', () => rest.fetchLongShortRatioHistory(market, '1h', undefined, 5), (rows) => rows.length === 5);

await step('setLeverage', () => rest.setLeverage(10, market), (row) => Number(row.leverage) === 10);
await step('setMarginMode isolated', () => rest.setMarginMode('isolated', market));
await step('setMarginMode cross', () => rest.setMarginMode('cross', market));
await step('fetchPositionMode', () => rest.fetchPositionMode(market), (row) => row.hedged === false);
await step('fetchLeverages', () => rest.fetchLeverages([market]), (rows) => rows[market].longLeverage === 10);
await step('fetchMarginModes', () => rest.fetchMarginModes([market]), (rows) => rows[market].marginMode === 'cross');
await step('fetchLeverageTiers', () => rest.fetchLeverageTiers([market]), (rows) => rows[market].length > 5);
await step('fetchMarketLeverageTiers', () => rest.fetchMarketLeverageTiers(market), (rows) => rows.length > 5);
await step('fetchTradingFee', () => rest.fetchTradingFee(market), (row) => row.taker === 0.0005);
await step('fetchBalance', () => rest.fetchBalance(), (balance) => balance.USDT.total > 0);

const low = Number(onGrid(ticker.last * 0.98));
const limit = await step('createOrder limit', () => rest.createOrder(market, 'limit', 'buy', 0.01, low), (order) => order.status === 'open' && order.id);
await step('fetchOrder', () => rest.fetchOrder(limit.id, market), (order) => order.amount === 0.01 && order.price === low);
await step('fetchOpenOrders', () => rest.fetchOpenOrders(market), (rows) => rows.length === 1);
await step('fetchOpenOrder', () => rest.fetchOpenOrder(limit.id, market), (order) => order.id === limit.id);
const edited = await step('editOrder', () => rest.editOrder(limit.id, market, 'limit', 'buy', 0.02, low), (order) => order.amount === 0.02);
await step('cancelOrder', () => rest.cancelOrder(edited?.id ?? limit.id, market), (order) => order.status === 'canceled');
await refused('cancelOrder again', -2011, () => rest.cancelOrder(limit.id, market));
const batch = await step('createOrders', () => rest.createOrders([
  { symbol: market, type: 'limit', side: 'buy', amount: 0.01, price: low },
  { symbol: market, type: 'limit', side: 'buy', amount: 0.02, price: low },
]), (rows) => rows.length === 2 && rows.every((order) => order.id));
await step('editOrders', () => rest.editOrders(batch.map((order) => ({ id: order.id, symbol: market, type: 'limit', side: 'buy', amount: 0.03, price: low }))), (rows) => rows.length === 2);
await step('cancelOrders', () => rest.cancelOrders(batch.map((order) => order.id), market), (rows) => rows.length === 2);
await step('createOrder post only', () => rest.createOrder(market, 'limit', 'buy', 0.01, low, { postOnly: true }), (order) => order.postOnly === true);
await step('cancelAllOrders', () => rest.cancelAllOrders(market));
await step('cancelAllOrdersAfter', () => rest.cancelAllOrdersAfter(60000, { symbol: 'BTCUSDT' }).catch((error) => {
  if (String(error).includes('not supported')) { cannot('cancelAllOrdersAfter'); return true; }
  throw error;
}));
await refused('createOrder without money', -2019, () => rest.createOrder(market, 'limit', 'buy', 50, low));

await step('createOrder market', () => rest.createOrder(market, 'market', 'buy', 0.02), (order) => order.id);
await step('fetchPositions', () => rest.fetchPositions([market]), (rows) => rows.length === 1 && rows[0].contracts === 0.02 && rows[0].side === 'long');
await step('fetchPositionsRisk', () => rest.fetchPositionsRisk([market]), (rows) => rows.length >= 1 && rows[0].markPrice > 0);
await step('fetchPositionsADLRank', () => rest.fetchPositionsADLRank([market]).catch((error) => {
  if (String(error).includes('not supported')) { cannot('fetchPositionsADLRank'); return []; }
  throw error;
}), (rows) => Array.isArray(rows));
const stop = await step('createOrder stop', () => rest.createOrder(market, 'market', 'sell', 0.02, undefined, { stopLossPrice: low, reduceOnly: true }), (order) => order.id);
const profit = await step('createOrder take profit', () => rest.createOrder(market, 'market', 'sell', 0.02, undefined, { takeProfitPrice: Number(onGrid(ticker.last * 1.02)), reduceOnly: true }), (order) => order.id);
await step('createOrder trailing', () => rest.createOrder(market, 'market', 'sell', 0.02, undefined, { trailingPercent: 1, reduceOnly: true }), (order) => order.id);
await step('fetchOpenOrders of stops', () => rest.fetchOpenOrders(market, undefined, undefined, { stop: true }), (rows) => rows.length === 3);
await step('fetchOrder of a stop', () => rest.fetchOrder(stop.id, market, { stop: true }), (order) => order.id === stop.id);
await step('cancelOrder of a stop', () => rest.cancelOrder(profit.id, market, { stop: true }));
await step('cancelAllOrders of stops', () => rest.cancelAllOrders(market, { stop: true }));
await step('closePosition', () => rest.createOrder(market, 'market', 'sell', 0.02, undefined, { reduceOnly: true }), (order) => order.id);
await step('fetchPositions, flat', () => rest.fetchPositions([market]), (rows) => rows.every((row) => !row.contracts));
await step('fetchMyTrades', () => rest.fetchMyTrades(market), (rows) => rows.length >= 2 && rows[0].fee.cost > 0);
await step('fetchOrders', () => rest.fetchOrders(market), (rows) => rows.length > 5);
await step('fetchClosedOrders', () => rest.fetchClosedOrders(market), (rows) => rows.length >= 2);
await step('fetchCanceledOrders', () => rest.fetchCanceledOrders(market), (rows) => rows.length >= 2);
await step('fetchLedger', () => rest.fetchLedger(), (rows) => rows.some((row) => row.type === 'commission'));
await step('fetchFundingHistory', () => rest.fetchFundingHistory(market), (rows) => Array.isArray(rows));
await step('fetchMyLiquidations', () => rest.fetchMyLiquidations(market), (rows) => Array.isArray(rows));
await step('setMarginMode isolated again', () => rest.setMarginMode('isolated', market));
await step('open isolated', () => rest.createOrder(market, 'market', 'buy', 0.01), (order) => order.id);
await step('addMargin', () => rest.addMargin(market, 5), (row) => row.amount === 5);
await step('reduceMargin', () => rest.reduceMargin(market, 1), (row) => row.amount === 1);
await step('fetchMarginAdjustmentHistory', () => rest.fetchMarginAdjustmentHistory(market), (rows) => rows.length >= 2);
await step('close isolated', () => rest.createOrder(market, 'market', 'sell', 0.01, undefined, { reduceOnly: true }));
await step('setMarginMode back', () => rest.setMarginMode('cross', market));
await step('setPositionMode', () => rest.setPositionMode(true, market));
await step('hedge long', () => rest.createOrder(market, 'market', 'buy', 0.01, undefined, { positionSide: 'LONG' }), (order) => order.id);
await step('hedge close', () => rest.createOrder(market, 'market', 'sell', 0.01, undefined, { positionSide: 'LONG' }), (order) => order.id);
await step('setPositionMode back', () => rest.setPositionMode(false, market));

// The stream half.
await pro.loadHttpProxyAgent(); // ccxt wants an agent for addresses without TLS
await step('pro loadMarkets', () => pro.loadMarkets());
await step('watchTicker', () => pro.watchTicker(market), (row) => row.last > 0);
await step('watchBidsAsks', () => pro.watchBidsAsks([market]), (rows) => rows[market].bid > 0);
await step('watchOrderBook', () => pro.watchOrderBook(market), (book) => book.bids.length > 10 && book.bids[0][0] < book.asks[0][0]);
await step('watchTrades', () => pro.watchTrades(market), (rows) => rows.length > 0);
await step('watchOHLCV', () => pro.watchOHLCV(market, '1m'), (rows) => rows.length > 0);
await step('watchMarkPrice', () => pro.watchMarkPrice(market), (row) => row.markPrice > 0);
await step('watchMarkPrices', () => pro.watchMarkPrices([market]), (rows) => rows[market].markPrice > 0);
const orders = [];
let isDone = false;
let trouble;
(async () => {
  while (!isDone) {
    try {
      orders.push(...await pro.watchOrders(market));
    } catch (error) {
      trouble = error;
      await pause(500);
    }
  }
})();
const balance = first((take) => pro.watchBalance().then(take));
const trade = first((take) => pro.watchMyTrades(market).then(take));
const positions = first(async (take) => {
  for (let rows = []; !rows.some((row) => row.contracts > 0); ) {
    rows = await pro.watchPositions([market]);
    if (rows.some((row) => row.contracts > 0)) {
      take(rows);
    }
  }
});
await step('the user stream opens', async () => {
  await pause(2000);
  if (trouble) throw trouble;
  return true;
});
await step('createOrder while watching', () => rest.createOrder(market, 'market', 'buy', 0.01));
await step('watchOrders', () => until(() => orders.some((order) => order.status === 'closed')), (came) => came);
await step('watchBalance', () => balance, (row) => row.USDT.total > 0);
await step('watchMyTrades', () => trade, (rows) => rows.length > 0);
await step('watchPositions', () => positions, (rows) => rows.length > 0);
await step('createOrderWs', () => pro.createOrderWs(market, 'limit', 'buy', 0.01, low), (order) => order.id);
const viaWs = await step('fetchOpenOrders', () => rest.fetchOpenOrders(market), (rows) => rows.length === 1);
await step('fetchOrderWs', () => pro.fetchOrderWs(viaWs[0].id, market), (order) => order.id === viaWs[0].id);
await step('editOrderWs', () => pro.editOrderWs(viaWs[0].id, market, 'limit', 'buy', 0.02, low), (order) => order.amount === 0.02);
await step('cancelOrderWs', () => pro.cancelOrderWs(viaWs[0].id, market), (order) => order.status === 'canceled');
await step('fetchBalanceWs', () => pro.fetchBalanceWs(), (row) => row.USDT.total > 0);
await step('fetchPositionsWs', () => pro.fetchPositionsWs([market]), (rows) => rows.length === 1);
await step('fetchOrderBookWs', () => pro.fetchOrderBookWs(market, 20), (book) => book.bids.length > 0);
await step('fetchTickerWs', () => pro.fetchTickerWs(market), (row) => row.bid > 0);
await step('close', () => rest.createOrder(market, 'market', 'sell', 0.01, undefined, { reduceOnly: true }));
isDone = true;
finish('ccxt');
