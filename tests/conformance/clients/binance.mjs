import { USDMClient, WebsocketAPIClient, WebsocketClient } from 'binance';
import { at, finish, onGrid, pause, refused, step, symbol, until } from './day.mjs';

const keys = { api_key: at.key, api_secret: at.secret };
const quiet = { trace() {}, info() {}, error() {} };
const rest = new USDMClient({ ...keys, baseUrl: at.rest, beautifyResponses: false });

await step('testConnectivity', () => rest.testConnectivity());
await step('getServerTime', () => rest.getServerTime(), (time) => Math.abs(time - Date.now()) < 5000);
await step('getExchangeInfo', () => rest.getExchangeInfo(), (info) => info.symbols.length > 30);
await step('getOrderBook', () => rest.getOrderBook({ symbol, limit: 10 }), (book) => book.asks.length === 10);
await step('getRpiOrderBook', () => rest.getRpiOrderBook({ symbol, limit: 1000 }), (book) => book.asks.length > 0);
await step('getRecentTrades', () => rest.getRecentTrades({ symbol }), (rows) => rows.length > 0);
await step('getHistoricalTrades', () => rest.getHistoricalTrades({ symbol }), (rows) => rows.length > 0);
await step('getAggregateTrades', () => rest.getAggregateTrades({ symbol }), (rows) => rows.length > 0);
await step('getKlines', () => rest.getKlines({ symbol, interval: '5m', limit: 20 }), (rows) => rows.length === 20);
await step('getContinuousContractKlines', () => rest.getContinuousContractKlines({ pair: symbol, contractType: 'PERPETUAL', interval: '5m', limit: 20 }), (rows) => rows.length === 20);
await step('getIndexPriceKlines', () => rest.getIndexPriceKlines({ pair: symbol, interval: '5m', limit: 20 }), (rows) => rows.length === 20);
await step('getMarkPriceKlines', () => rest.getMarkPriceKlines({ symbol, interval: '5m', limit: 20 }), (rows) => rows.length === 20);
await step('getPremiumIndexKlines', () => rest.getPremiumIndexKlines({ symbol, interval: '5m', limit: 20 }), (rows) => rows.length === 20);
await step('getMarkPrice', () => rest.getMarkPrice({ symbol }), (row) => Number(row.markPrice) > 0);
await step('getFundingRateHistory', () => rest.getFundingRateHistory({ symbol, limit: 5 }), (rows) => rows.length === 5);
await step('getFundingRates', () => rest.getFundingRates(), (rows) => Array.isArray(rows));
const ticker = await step('getSymbolPriceTicker', () => rest.getSymbolPriceTicker({ symbol }), (row) => Number(row.price) > 0);
await step('getSymbolOrderBookTicker', () => rest.getSymbolOrderBookTicker({ symbol }), (row) => Number(row.bidPrice) > 0);
await step('getOpenInterest', () => rest.getOpenInterest({ symbol }), (row) => Number(row.openInterest) > 0);
await step('getOpenInterestStatistics', () => rest.getOpenInterestStatistics({ symbol, period: '5m', limit: 5 }), (rows) => rows.length === 5);
await step('getTopTradersLongShortPositionRatio', () => rest.getTopTradersLongShortPositionRatio({ symbol, period: '5m', limit: 5 }), (rows) => rows.length === 5);
await step('getTopTradersLongShortAccountRatio', () => rest.getTopTradersLongShortAccountRatio({ symbol, period: '5m', limit: 5 }), (rows) => rows.length === 5);
await step('getGlobalLongShortAccountRatio', () => rest.getGlobalLongShortAccountRatio({ symbol, period: '5m', limit: 5 }), (rows) => rows.length === 5);
await step('getTakerBuySellVolume', () => rest.getTakerBuySellVolume({ symbol, period: '5m', limit: 5 }), (rows) => rows.length === 5);
await step('getBasis', () => rest.getBasis({ pair: symbol, contractType: 'PERPETUAL', period: '5m', limit: 5 }), (rows) => rows.length === 5);
await step('getCompositeSymbolIndex', () => rest.getCompositeSymbolIndex({ symbol: 'DEFIUSDT' }), (row) => row.baseAssetList.length > 0);
await step('getMultiAssetsModeAssetIndex', () => rest.getMultiAssetsModeAssetIndex({ symbol: 'BTCUSD' }), (row) => Number(row.index) > 0);
await step('getIndexPriceConstituents', () => rest.getIndexPriceConstituents({ symbol }), (row) => row.constituents.length === 7);
await step('getInsuranceFundBalance', () => rest.getInsuranceFundBalance(), (rows) => rows.length > 0);
await step('getTradingSchedule', () => rest.getTradingSchedule(), (row) => row.updateTime > 0);
await step('getSymbolAdlRisk', () => rest.getSymbolAdlRisk({ symbol }), (row) => row.symbol === symbol);

await step('setLeverage', () => rest.setLeverage({ symbol, leverage: 15 }), (row) => Number(row.leverage) === 15);
await step('setMarginType', () => rest.setMarginType({ symbol, marginType: 'ISOLATED' }), (row) => row.code === 200);
await step('setMarginType back', () => rest.setMarginType({ symbol, marginType: 'CROSSED' }), (row) => row.code === 200);
await refused('setMarginType again', -4046, () => rest.setMarginType({ symbol, marginType: 'CROSSED' }));
await step('getBalance', () => rest.getBalance(), (rows) => rows[0].asset === 'USDT');
await step('getAccountInformation', () => rest.getAccountInformation(), (row) => Number(row.totalWalletBalance) > 0);
await step('getAccountCommissionRate', () => rest.getAccountCommissionRate({ symbol }), (row) => row.makerCommissionRate === '0.0002');
await step('getFuturesAccountConfig', () => rest.getFuturesAccountConfig(), (row) => row.canTrade);
await step('getFuturesSymbolConfig', () => rest.getFuturesSymbolConfig({ symbol }), (rows) => Number(rows[0].leverage) === 15);
await step('getNotionalAndLeverageBrackets', () => rest.getNotionalAndLeverageBrackets({ symbol }), (rows) => rows[0].brackets.length > 5);
await step('getMultiAssetsMode', () => rest.getMultiAssetsMode(), (row) => row.multiAssetsMargin === false);
await step('getCurrentPositionMode', () => rest.getCurrentPositionMode(), (row) => row.dualSidePosition === false);
await step('getApiQuantitativeRulesIndicators', () => rest.getApiQuantitativeRulesIndicators(), (row) => 'indicators' in row);
await step('getBNBBurnStatus', () => rest.getBNBBurnStatus(), (row) => row.feeBurn === false);

const low = onGrid(Number(ticker.price) * 0.98);
const limit = { symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.010', price: low };
await step('testOrder', () => rest.testOrder({ ...limit }));
const placed = await step('submitNewOrder', () => rest.submitNewOrder({ ...limit }), (order) => order.status === 'NEW');
await step('getOrder', () => rest.getOrder({ symbol, orderId: placed.orderId }), (order) => order.status === 'NEW');
await step('getCurrentOpenOrder', () => rest.getCurrentOpenOrder({ symbol, orderId: placed.orderId }), (order) => order.status === 'NEW');
await step('getAllOpenOrders', () => rest.getAllOpenOrders({ symbol }), (rows) => rows.length === 1);
await step('modifyOrder', () => rest.modifyOrder({ symbol, side: 'BUY', orderId: placed.orderId, quantity: '0.020', price: low }), (order) => order.origQty === '0.020');
await step('getOrderModifyHistory', () => rest.getOrderModifyHistory({ symbol, orderId: placed.orderId }), (rows) => rows.length === 1);
await step('cancelOrder', () => rest.cancelOrder({ symbol, orderId: placed.orderId }), (order) => order.status === 'CANCELED');
await refused('cancelOrder again', -2011, () => rest.cancelOrder({ symbol, orderId: placed.orderId }));
await refused('getOrder of nothing', -2013, () => rest.getOrder({ symbol, orderId: 1 }));
const batch = await step('submitMultipleOrders', () => (rest.submitMultipleOrders ?? rest.submitNewOrders)?.call(rest, [{ ...limit }, { ...limit }]), (rows) => rows.every((order) => order.status === 'NEW'));
await step('modifyMultipleOrders', () => rest.modifyMultipleOrders(batch.map((order) => ({ symbol, side: 'BUY', orderId: order.orderId, quantity: '0.030', price: low }))), (rows) => rows.every((order) => order.origQty === '0.030'));
await step('cancelMultipleOrders', () => rest.cancelMultipleOrders({ symbol, orderIdList: batch.map((order) => order.orderId) }), (rows) => rows.every((order) => order.status === 'CANCELED'));
await step('setCancelOrdersOnTimeout', () => rest.setCancelOrdersOnTimeout({ symbol, countdownTime: 60000 }), (row) => row.countdownTime === '60000');
await step('cancelAllOpenOrders', () => rest.cancelAllOpenOrders({ symbol }), (row) => row.code === 200);

const seen = [];
const streams = new WebsocketClient({ ...keys, wsUrl: at.streams, beautify: false, restOptions: { baseUrl: at.rest } }, quiet);
streams.on('message', (event) => seen.push(event?.data ?? event));
streams.on('exception', () => {});
const came = (type) => until(() => seen.some((event) => (Array.isArray(event) ? event[0] : event)?.e === type), 15000);
for (const [topics, wsKey, types] of [
  [['btcusdt@aggTrade', 'btcusdt@markPrice@1s', 'btcusdt@kline_1m', 'btcusdt@ticker'], 'usdmMarket', ['aggTrade', 'markPriceUpdate', 'kline', '24hrTicker']],
  [['btcusdt@depth@100ms', 'btcusdt@bookTicker'], 'usdmPublic', ['depthUpdate', 'bookTicker']],
]) {
  await step(`subscribe ${wsKey}`, () => { streams.subscribe(topics, wsKey); return true; });
  for (const type of types) {
    await step(type, () => came(type), (did) => did);
  }
}
await step('subscribeUsdFuturesUserDataStream', () => { streams.subscribeUsdFuturesUserDataStream('usdmPrivate'); return pause(3000).then(() => true); });

await step('market order', () => rest.submitNewOrder({ symbol, side: 'BUY', type: 'MARKET', quantity: '0.020', newOrderRespType: 'RESULT' }), (order) => order.status === 'FILLED');
for (const type of ['ORDER_TRADE_UPDATE', 'ACCOUNT_UPDATE', 'TRADE_LITE']) {
  await step(type, () => came(type), (did) => did);
}
await step('getPositionsV3', () => (rest.getPositionsV3 ?? rest.getPositions).call(rest, { symbol }), (rows) => Number(rows[0].positionAmt) === 0.02);
await step('getADLQuantileEstimation', () => rest.getADLQuantileEstimation({ symbol }), (rows) => rows.length === 1);
const stop = await step('submitNewAlgoOrder', () => rest.submitNewAlgoOrder({ algoType: 'CONDITIONAL', symbol, side: 'SELL', type: 'STOP_MARKET', triggerPrice: low, closePosition: 'true' }), (order) => order.algoStatus === 'NEW');
await step('ALGO_UPDATE', () => came('ALGO_UPDATE'), (did) => did);
await step('getAlgoOrder', () => rest.getAlgoOrder({ algoId: stop.algoId }), (order) => order.closePosition === true);
await step('getOpenAlgoOrders', () => rest.getOpenAlgoOrders({ symbol }), (rows) => rows.length === 1);
await step('cancelAlgoOrder', () => rest.cancelAlgoOrder({ algoId: stop.algoId }), (row) => row.code === '200');
await step('cancelAllAlgoOpenOrders', () => rest.cancelAllAlgoOpenOrders({ symbol }));
await step('getAllAlgoOrders', () => rest.getAllAlgoOrders({ symbol }), (rows) => rows.length === 1);
await step('close', () => rest.submitNewOrder({ symbol, side: 'SELL', type: 'MARKET', quantity: '0.020', reduceOnly: 'true' }));
await step('getAccountTrades', () => rest.getAccountTrades({ symbol }), (rows) => rows.length >= 2);
await step('getAllOrders', () => rest.getAllOrders({ symbol }), (rows) => rows.length >= 2);
await step('getIncomeHistory', () => rest.getIncomeHistory({ incomeType: 'REALIZED_PNL' }), (rows) => rows.length >= 1);
await step('getForceOrders', () => rest.getForceOrders({ symbol }), (rows) => Array.isArray(rows));
await step('setPositionMode', () => rest.setPositionMode({ dualSidePosition: 'true' }), (row) => row.code === 200);
await step('setPositionMode back', () => rest.setPositionMode({ dualSidePosition: 'false' }), (row) => row.code === 200);
const { listenKey } = await step('getFuturesUserDataListenKey', () => rest.getFuturesUserDataListenKey(), (row) => row.listenKey.length === 64);
await step('keepAliveFuturesUserDataListenKey', () => rest.keepAliveFuturesUserDataListenKey(listenKey));
await step('closeFuturesUserDataListenKey', () => rest.closeFuturesUserDataListenKey(listenKey));

const api = new WebsocketAPIClient({ ...keys, wsUrl: at.wsApi.replace('/ws-fapi/v1', ''), beautify: false, attachEventListeners: false }, quiet);
const viaWs = await step('submitNewFuturesOrder', () => api.submitNewFuturesOrder('usdm', { ...limit, timestamp: Date.now() }), (answer) => answer.result.status === 'NEW');
if (viaWs) {
  await step('getFuturesOrderStatus', () => api.getFuturesOrderStatus('usdm', { symbol, orderId: viaWs.result.orderId, timestamp: Date.now() }), (answer) => answer.result.status === 'NEW');
  await step('cancelFuturesOrder', () => api.cancelFuturesOrder('usdm', { symbol, orderId: viaWs.result.orderId, timestamp: Date.now() }), (answer) => answer.result.status === 'CANCELED');
  await step('getFuturesAccountBalance', () => api.getFuturesAccountBalance('usdm', { timestamp: Date.now() }), (answer) => answer.result.length === 1);
}
finish('binance');
