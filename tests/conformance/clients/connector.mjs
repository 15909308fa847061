import { DerivativesTradingUsdsFutures } from '@binance/derivatives-trading-usds-futures';
import { at, finish, first, onGrid, pause, refused, step, symbol, until } from './day.mjs';

const client = new DerivativesTradingUsdsFutures({
  configurationRestAPI: { apiKey: at.key, apiSecret: at.secret, basePath: at.rest, timeout: 20000 },
  configurationWebsocketStreams: { wsURL: at.streams },
  configurationWebsocketAPI: { apiKey: at.key, apiSecret: at.secret, wsURL: at.wsApi },
});
const rest = client.restAPI;
const data = (promise) => promise.then((answer) => answer.data());

await step('checkServerTime', () => data(rest.checkServerTime()), (row) => Number(row.serverTime) > 0);
await step('testConnectivity', () => data(rest.testConnectivity()));
await step('exchangeInformation', () => data(rest.exchangeInformation()), (info) => info.symbols.length > 30);
await step('orderBook', () => data(rest.orderBook({ symbol, limit: 20 })), (book) => book.bids.length === 20);
await step('rpiOrderBook', () => data(rest.rpiOrderBook({ symbol, limit: 1000 })), (book) => book.bids.length > 0);
await step('recentTradesList', () => data(rest.recentTradesList({ symbol })), (rows) => rows.length > 0);
await step('oldTradesLookup', () => data(rest.oldTradesLookup({ symbol, limit: 5 })), (rows) => rows.length > 0);
await step('compressedAggregateTradesList', () => data(rest.compressedAggregateTradesList({ symbol })), (rows) => rows.length > 0);
await step('klineCandlestickData', () => data(rest.klineCandlestickData({ symbol, interval: '1h', limit: 10 })), (rows) => rows.length === 10);
await step('continuousContractKlineCandlestickData', () => data(rest.continuousContractKlineCandlestickData({ pair: symbol, contractType: 'PERPETUAL', interval: '1h', limit: 10 })), (rows) => rows.length === 10);
await step('indexPriceKlineCandlestickData', () => data(rest.indexPriceKlineCandlestickData({ pair: symbol, interval: '1h', limit: 10 })), (rows) => rows.length === 10);
await step('markPriceKlineCandlestickData', () => data(rest.markPriceKlineCandlestickData({ symbol, interval: '1h', limit: 10 })), (rows) => rows.length === 10);
await step('premiumIndexKlineData', () => data(rest.premiumIndexKlineData({ symbol, interval: '1h', limit: 10 })), (rows) => rows.length === 10);
await step('markPrice', () => data(rest.markPrice({ symbol })), (row) => Number(row.markPrice) > 0);
await step('getFundingRateHistory', () => data(rest.getFundingRateHistory({ symbol })), (rows) => rows.length === 200);
await step('getFundingRateInfo', () => data(rest.getFundingRateInfo()), (rows) => Array.isArray(rows));
await step('ticker24hrPriceChangeStatistics', () => data(rest.ticker24hrPriceChangeStatistics({ symbol })), (row) => Number(row.lastPrice) > 0);
const price = await step('symbolPriceTickerV2', () => data(rest.symbolPriceTickerV2({ symbol })), (row) => Number(row.price) > 0);
await step('symbolOrderBookTicker', () => data(rest.symbolOrderBookTicker({ symbol })), (row) => Number(row.bidPrice) < Number(row.askPrice));
await step('openInterest', () => data(rest.openInterest({ symbol })), (row) => Number(row.openInterest) > 0);
await step('openInterestStatistics', () => data(rest.openInterestStatistics({ symbol, period: '1h' })), (rows) => rows.length === 30);
await step('topTraderLongShortRatioAccounts', () => data(rest.topTraderLongShortRatioAccounts({ symbol, period: '1h' })), (rows) => rows.length === 30);
await step('topTraderLongShortRatioPositions', () => data(rest.topTraderLongShortRatioPositions({ symbol, period: '1h' })), (rows) => rows.length === 30);
await step('longShortRatio', () => data(rest.longShortRatio({ symbol, period: '1h' })), (rows) => rows.length === 30);
await step('takerBuySellVolume', () => data(rest.takerBuySellVolume({ symbol, period: '1h' })), (rows) => rows.length === 30);
await step('basis', () => data(rest.basis({ pair: symbol, contractType: 'PERPETUAL', period: '1h', limit: 5 })), (rows) => rows.length === 5);
await step('quarterlyContractSettlementPrice', () => data(rest.quarterlyContractSettlementPrice({ pair: symbol })), (rows) => Array.isArray(rows));
await step('compositeIndexSymbolInformation', () => data(rest.compositeIndexSymbolInformation()), (rows) => rows.length === 1);
await step('assetIndex', () => data(rest.assetIndex()), (rows) => rows.length > 1);
await step('queryIndexPriceConstituents', () => data(rest.queryIndexPriceConstituents({ symbol })), (row) => row.constituents.length === 7);
await step('queryInsuranceFundBalanceSnapshot', () => data(rest.queryInsuranceFundBalanceSnapshot()), (rows) => rows.length > 0);
await step('adlRisk', () => data(rest.adlRisk({ symbol })), (row) => ['low', 'medium', 'high'].includes(row.adlRisk));
await step('tradingSchedule', () => data(rest.tradingSchedule()), (row) => row.marketSchedules.EQUITY.sessions.length > 0);

await step('changeInitialLeverage', () => data(rest.changeInitialLeverage({ symbol, leverage: 10 })), (row) => Number(row.leverage) === 10);
await step('changeMarginType', () => data(rest.changeMarginType({ symbol, marginType: 'ISOLATED' })), (row) => Number(row.code) === 200);
await step('changeMarginType back', () => data(rest.changeMarginType({ symbol, marginType: 'CROSSED' })), (row) => Number(row.code) === 200);
await refused('changeMarginType again', -4046, () => data(rest.changeMarginType({ symbol, marginType: 'CROSSED' })));
await step('getCurrentPositionMode', () => data(rest.getCurrentPositionMode()), (row) => row.dualSidePosition === false);
await step('getCurrentMultiAssetsMode', () => data(rest.getCurrentMultiAssetsMode()), (row) => row.multiAssetsMargin === false);
await step('futuresAccountBalanceV2', () => data(rest.futuresAccountBalanceV2()), (rows) => rows[0].asset === 'USDT');
await step('futuresAccountBalanceV3', () => data(rest.futuresAccountBalanceV3()), (rows) => rows[0].asset === 'USDT');
await step('accountInformationV2', () => data(rest.accountInformationV2()), (row) => row.positions.length > 30);
await step('accountInformationV3', () => data(rest.accountInformationV3()), (row) => Number(row.totalWalletBalance) > 0);
await step('futuresAccountConfiguration', () => data(rest.futuresAccountConfiguration()), (row) => row.canTrade === true);
await step('symbolConfiguration', () => data(rest.symbolConfiguration({ symbol })), (rows) => Number(rows[0].leverage) === 10);
await step('notionalAndLeverageBrackets', () => data(rest.notionalAndLeverageBrackets({ symbol })), (rows) => rows[0].brackets.length > 5);
await step('userCommissionRate', () => data(rest.userCommissionRate({ symbol })), (row) => row.takerCommissionRate === '0.0005');
await step('queryUserRateLimit', () => data(rest.queryUserRateLimit()), (rows) => rows.length === 2);
await step('futuresTradingQuantitativeRulesIndicators', () => data(rest.futuresTradingQuantitativeRulesIndicators()), (row) => 'indicators' in row);
await step('getBnbBurnStatus', () => data(rest.getBnbBurnStatus()), (row) => row.feeBurn === false);
await step('toggleBnbBurnOnFuturesTrade', () => data(rest.toggleBnbBurnOnFuturesTrade({ feeBurn: 'true' })), (row) => Number(row.code) === 200);

const low = Number(onGrid(Number(price.price) * 0.98));
const limit = { symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: 0.01, price: low };
await step('testOrder', () => data(rest.testOrder(limit)));
const placed = await step('newOrder', () => data(rest.newOrder({ ...limit, newClientOrderId: 'day-1' })), (order) => order.status === 'NEW');
await step('queryOrder', () => data(rest.queryOrder({ symbol, orderId: placed.orderId })), (order) => order.clientOrderId === 'day-1');
await step('queryCurrentOpenOrder', () => data(rest.queryCurrentOpenOrder({ symbol, orderId: placed.orderId })), (order) => order.status === 'NEW');
await step('currentAllOpenOrders', () => data(rest.currentAllOpenOrders({ symbol })), (rows) => rows.length === 1);
await step('modifyOrder', () => data(rest.modifyOrder({ symbol, side: 'BUY', orderId: placed.orderId, quantity: 0.02, price: low })), (order) => Number(order.origQty) === 0.02);
await step('getOrderModifyHistory', () => data(rest.getOrderModifyHistory({ symbol, orderId: placed.orderId })), (rows) => rows.length === 1);
await step('cancelOrder', () => data(rest.cancelOrder({ symbol, orderId: placed.orderId })), (order) => order.status === 'CANCELED');
await refused('cancelOrder again', -2011, () => data(rest.cancelOrder({ symbol, orderId: placed.orderId })));
const wire = { ...limit, quantity: '0.01', price: String(low) };
const batch = await step('placeMultipleOrders', () => data(rest.placeMultipleOrders({ batchOrders: [{ ...wire, newClientOrderId: 'day-2' }, { ...wire, newClientOrderId: 'day-3' }] })), (rows) => rows.every((order) => order.status === 'NEW'));
await step('modifyMultipleOrders', () => data(rest.modifyMultipleOrders({ batchOrders: batch.map((order) => ({ symbol, side: 'BUY', orderId: order.orderId, quantity: '0.03', price: String(low) })) })), (rows) => rows.every((order) => Number(order.origQty) === 0.03));
await step('cancelMultipleOrders', () => data(rest.cancelMultipleOrders({ symbol, origClientOrderIdList: ['day-2', 'day-3'] })), (rows) => rows.every((order) => order.status === 'CANCELED'));
await step('autoCancelAllOpenOrders', () => data(rest.autoCancelAllOpenOrders({ symbol, countdownTime: 60000 })), (row) => row.countdownTime === '60000');
await step('cancelAllOpenOrders', () => data(rest.cancelAllOpenOrders({ symbol })), (row) => Number(row.code) === 200);

// Streams: market data, then the user's own.
const market = await step('streams connect', () => client.websocketStreams.connect());
for (const [name, options] of [['aggregateTradeStreams', { symbol }], ['markPriceStream', { symbol }], ['klineCandlestickStreams', { symbol, interval: '1m' }], ['individualSymbolTickerStreams', { symbol }], ['individualSymbolMiniTickerStream', { symbol }], ['individualSymbolBookTickerStreams', { symbol }], ['partialBookDepthStreams', { symbol, levels: 10 }], ['diffBookDepthStreams', { symbol }], ['markPriceStreamForAllMarket', {}], ['allMarketTickersStreams', {}], ['tradingSessionStream', {}], ['compositeIndexSymbolInformationStreams', { symbol: 'DEFIUSDT' }], ['assetIndex', {}], ['allBookTickersStream', {}], ['rpiDiffBookDepthStreams', { symbol }], ['allMarketMiniTickersStream', {}], ['continuousContractKlineCandlestickStreams', { pair: 'btcusdt', contractType: 'perpetual', interval: '1m' }]]) {
  await step(name, () => first((take) => market[name](options).on('message', take)), (message) => message !== undefined);
}
const { listenKey } = await step('startUserDataStream', () => data(rest.startUserDataStream()), (row) => row.listenKey.length === 64);
await step('keepaliveUserDataStream', () => data(rest.keepaliveUserDataStream()));
const events = [];
await step('userData', () => { market.userData(listenKey).on('message', (event) => events.push(event)); return pause(1000).then(() => true); });
await step('market order', () => data(rest.newOrder({ symbol, side: 'BUY', type: 'MARKET', quantity: 0.02, newOrderRespType: 'RESULT' })), (order) => order.status === 'FILLED');
await step('user events', () => until(() => ['ORDER_TRADE_UPDATE', 'ACCOUNT_UPDATE', 'TRADE_LITE'].every((type) => events.some((event) => event.e === type))), (came) => came);
await step('positionInformationV2', () => data(rest.positionInformationV2({ symbol })), (rows) => Number(rows[0].positionAmt) === 0.02);
await step('positionInformationV3', () => data(rest.positionInformationV3()), (rows) => rows.length === 1);
await step('positionAdlQuantileEstimation', () => data(rest.positionAdlQuantileEstimation()), (rows) => rows.length === 1);
const stop = await step('newAlgoOrder', () => data(rest.newAlgoOrder({ algoType: 'CONDITIONAL', symbol, side: 'SELL', type: 'STOP_MARKET', quantity: 0.02, triggerPrice: low, reduceOnly: 'true' })), (order) => order.algoStatus === 'NEW');
await step('queryAlgoOrder', () => data(rest.queryAlgoOrder({ algoId: stop.algoId })), (order) => order.algoStatus === 'NEW');
await step('currentAllAlgoOpenOrders', () => data(rest.currentAllAlgoOpenOrders({ symbol })), (rows) => rows.length === 1);
await step('cancelAlgoOrder', () => data(rest.cancelAlgoOrder({ algoId: stop.algoId })), (row) => row.code === '200');
await step('cancelAllAlgoOpenOrders', () => data(rest.cancelAllAlgoOpenOrders({ symbol })));
await step('queryAllAlgoOrders', () => data(rest.queryAllAlgoOrders({ symbol })), (rows) => rows.length === 1);
await step('close', () => data(rest.newOrder({ symbol, side: 'SELL', type: 'MARKET', quantity: 0.02, reduceOnly: 'true' })));
await step('accountTradeList', () => data(rest.accountTradeList({ symbol })), (rows) => rows.length >= 2);
await step('allOrders', () => data(rest.allOrders({ symbol })), (rows) => rows.length >= 4);
await step('getIncomeHistory', () => data(rest.getIncomeHistory({ symbol, incomeType: 'COMMISSION' })), (rows) => rows.length >= 2);
await step('usersForceOrders', () => data(rest.usersForceOrders({ symbol })), (rows) => Array.isArray(rows));
await step('changePositionMode', () => data(rest.changePositionMode({ dualSidePosition: 'true' })), (row) => Number(row.code) === 200);
await step('hedge order', () => data(rest.newOrder({ symbol, side: 'SELL', positionSide: 'SHORT', type: 'MARKET', quantity: 0.01 })));
await step('hedge close', () => data(rest.newOrder({ symbol, side: 'BUY', positionSide: 'SHORT', type: 'MARKET', quantity: 0.01 })));
await step('changePositionMode back', () => data(rest.changePositionMode({ dualSidePosition: 'false' })), (row) => Number(row.code) === 200);

// The WebSocket API.
const api = await step('WebSocket API connects', () => client.websocketAPI.connect());
const answer = (promise) => promise.then((response) => response.data);
await step('ws orderBook', () => answer(api.orderBook({ symbol, limit: 5 })), (book) => book.bids.length === 5);
await step('ws symbolPriceTicker', () => answer(api.symbolPriceTicker({ symbol })), (row) => Number(row.price) > 0);
await step('ws symbolOrderBookTicker', () => answer(api.symbolOrderBookTicker({ symbol })), (row) => Number(row.bidPrice) > 0);
const viaWs = await step('ws newOrder', () => answer(api.newOrder({ ...limit, newClientOrderId: 'day-ws' })), (order) => order.status === 'NEW');
await step('ws queryOrder', () => answer(api.queryOrder({ symbol, orderId: viaWs.orderId })), (order) => order.clientOrderId === 'day-ws');
await step('ws modifyOrder', () => answer(api.modifyOrder({ symbol, side: 'BUY', orderId: viaWs.orderId, quantity: 0.02, price: low })), (order) => Number(order.origQty) === 0.02);
await step('ws cancelOrder', () => answer(api.cancelOrder({ symbol, orderId: viaWs.orderId })), (order) => order.status === 'CANCELED');
await step('ws positionInformationV2', () => answer(api.positionInformationV2({})), (rows) => Array.isArray(rows));
await step('ws accountInformationV2', () => answer(api.accountInformationV2({})), (row) => Number(row.totalWalletBalance) > 0);
await step('ws futuresAccountBalanceV2', () => answer(api.futuresAccountBalanceV2({})), (rows) => rows.length === 1);
await step('closeUserDataStream', () => data(rest.closeUserDataStream()));
finish('connector');
