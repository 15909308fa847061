#pragma once

#include <QString>

/// What signed REST calls look like, and how they are refused.
namespace conformance
{

inline constexpr const char *answerShape =
    "{clientOrderId:t,cumQty:d,executedQty:d,orderId:i,origQty:d,price:d,reduceOnly:b,side:t,positionSide:t,"
    "status:t,stopPrice:d,closePosition:b,symbol:t,timeInForce:t,type:t,origType:t,updateTime:i,workingType:"
    "t,"
    "priceProtect:b,priceMatch:t,selfTradePreventionMode:t,goodTillDate:i}";
inline constexpr const char *amendShape =
    "{clientOrderId:t,cumQty:d,executedQty:d,orderId:i,origQty:d,price:d,reduceOnly:b,side:t,positionSide:t,"
    "status:t,stopPrice:d,closePosition:b,symbol:t,timeInForce:t,type:t,origType:t,updateTime:i,workingType:"
    "t,"
    "priceProtect:b,priceMatch:t,selfTradePreventionMode:t,goodTillDate:i,pair:t,modifyId?:i}";
inline constexpr const char *rowShape =
    "{avgPrice:d,clientOrderId:t,cumQuote:d,executedQty:d,orderId:i,origQty:d,origType:t,price:d,reduceOnly:"
    "b,"
    "side:t,positionSide:t,status:t,stopPrice:d,closePosition:b,symbol:t,time:i,timeInForce:t,type:t,"
    "updateTime:i,workingType:t,priceProtect:b,priceMatch:t,selfTradePreventionMode:t,goodTillDate:i}";
inline constexpr const char *algoShape =
    "{algoId:i,clientAlgoId:t,algoType:t,orderType:t,symbol:t,side:t,positionSide:t,timeInForce:t,quantity:d,"
    "algoStatus:t,triggerPrice:d,price:d,icebergQuantity:z,selfTradePreventionMode:t,workingType:t,"
    "priceMatch:t,"
    "closePosition:b,priceProtect:b,reduceOnly:b,activatePrice:s,callbackRate:s,createTime:i,updateTime:i,"
    "triggerTime:i,goodTillDate:i}";
inline constexpr const char *algoRowShape =
    "{algoId:i,clientAlgoId:t,algoType:t,orderType:t,symbol:t,side:t,positionSide:t,timeInForce:t,quantity:d,"
    "algoStatus:t,triggerPrice:d,price:d,icebergQuantity:z,selfTradePreventionMode:t,workingType:t,"
    "priceMatch:t,"
    "closePosition:b,priceProtect:b,reduceOnly:b,activatePrice:s,callbackRate:s,createTime:i,updateTime:i,"
    "triggerTime:i,goodTillDate:i,actualOrderId:s,actualPrice:d,actualType:s,actualQty:d,tpTriggerPrice:s,"
    "tpPrice:s,slTriggerPrice:s,slPrice:s,tpOrderType:s}";
inline constexpr const char *riskV3 =
    "{symbol:t,positionSide:t,positionAmt:d,entryPrice:d,breakEvenPrice:d,markPrice:d8,unRealizedProfit:d8,"
    "liquidationPrice:d,isolatedMargin:d,notional:d,marginAsset:t,isolatedWallet:d,initialMargin:d,"
    "maintMargin:d,"
    "positionInitialMargin:d,openOrderInitialMargin:d,adl:i,bidNotional:d,askNotional:d,updateTime:i}";
inline constexpr const char *riskV2 =
    "{symbol:t,positionAmt:d,entryPrice:d,breakEvenPrice:d,markPrice:d8,unRealizedProfit:d8,liquidationPrice:"
    "d,"
    "leverage:d,maxNotionalValue:d,marginType:t,isolatedMargin:d,isAutoAddMargin:t,positionSide:t,notional:d,"
    "isolatedWallet:d,updateTime:i}";
inline constexpr const char *totals =
    "totalInitialMargin:d8,totalMaintMargin:d8,totalWalletBalance:d8,totalUnrealizedProfit:d8,"
    "totalMarginBalance:d8,totalPositionInitialMargin:d8,totalOpenOrderInitialMargin:d8,"
    "totalCrossWalletBalance:d8,totalCrossUnPnl:d8,availableBalance:d8,maxWithdrawAmount:d8,";
inline constexpr const char *assetFields =
    "asset:t,walletBalance:d8,unrealizedProfit:d8,marginBalance:d8,maintMargin:d8,initialMargin:d8,"
    "positionInitialMargin:d8,openOrderInitialMargin:d8,crossWalletBalance:d8,crossUnPnl:d8,"
    "availableBalance:d8,maxWithdrawAmount:d8,updateTime:i";
inline constexpr const char *positionFields =
    "symbol:t,positionSide:t,positionAmt:d,unrealizedProfit:d,isolatedMargin:d,notional:d,isolatedWallet:d,"
    "initialMargin:d,maintMargin:d,updateTime:i";

inline QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

/// An order that is refused; $P stands for a price a little below the market.
struct Refusal
{
    const char *section;
    const char *parameters;
    int code;
};

inline constexpr Refusal orderRefusals[] = {
    {"5.2", "side=BUY&type=MARKET&quantity=0.01", -1102},
    {"5.2", "symbol=BTCUSDT&type=MARKET&quantity=0.01", -1102},
    {"5.2", "symbol=BTCUSDT&side=BUY&quantity=0.01", -1102},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=MARKET", -1102},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=$P", -1102},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01", -1102},
    {"9.1", "symbol=NOPEUSDT&side=BUY&type=MARKET&quantity=0.01", -1121},
    {"9.1", "symbol=BTCUSDT&side=UP&type=MARKET&quantity=0.01", -1117},
    {"9.1", "symbol=BTCUSDT&side=BUY&type=ICEBERG&quantity=0.01", -1116},
    {"9.1", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=FOREVER&quantity=0.01&price=$P", -1115},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=MARKET&timeInForce=GTC&quantity=0.01", -1106},
    {"9.1", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&newOrderRespType=FULL", -1136},
    {"9.1", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=abc", -1102},
    {"4.3", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.0001", -1111},
    {"4.3", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=60000.001", -1111},
    {"4.3", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0", -4003},
    {"4.3", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=121", -4005},
    {"4.3", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1001&price=$P", -4005},
    {"4.3", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=100", -4013},
    {"4.3", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=9000000", -4002},
    {"4.3", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=60000.05", -4014},
    {"4.3", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price=30000", -4164},
    {"4.3", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=500000", -4016},
    {"4.3", "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.01&price=10000", -4024},
    {"9.3", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&positionSide=UP", -4060},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&positionSide=LONG", -4061},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&reduceOnly=true", -2022},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&newClientOrderId=a%20b", -4015},
    {"5.2",
        "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&newClientOrderId="
        "1234567890123456789012345678901234567",
        -4015},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=STOP&quantity=0.01&price=$P&stopPrice=$P&timeInForce=GTC", -4120},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=0.01&stopPrice=$P", -4120},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=TAKE_PROFIT&quantity=0.01&price=$P&stopPrice=$P", -4120},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=TAKE_PROFIT_MARKET&quantity=0.01&stopPrice=$P", -4120},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=TRAILING_STOP_MARKET&quantity=0.01&callbackRate=1", -4120},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=$P&stopPrice=$P", -1106},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&callbackRate=1", -1106},
    {"9.3", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&closePosition=true", -4136},
    {"9.1", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&colour=red", -1104},
    {"9.1", "symbol=BTCUSDT&side=BUY&type=MARKET&colour=red", -1102},
    {"9.1", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&orderId=1", -1104},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=RPI&quantity=0.01&priceMatch=OPPONENT_5", -5022},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&quantity=0.01&price=$P", -1102},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&quantity=0.01&price=$P&goodTillDate=1",
        -5040},
    {"5.2",
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&quantity=0.01&price=$P&goodTillDate="
        "253402300799000",
        -5040},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&priceMatch=BEST", -5037},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&priceMatch=OPPONENT_10", -5037},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&priceMatch=QUEUE", -5038},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=$P&priceMatch=QUEUE",
        -1106},
    {"9.4", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&selfTradePreventionMode=NEVER", -5039},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=0.01&priceMatch=OPPONENT_5", -5022},
    {"5.2", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=FOK&quantity=0.5&price=$P", -5021},
    {"10.6", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=50&price=$P", -2019},
};

inline constexpr Refusal algoRefusals[] = {
    {"5.7", "symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&triggerPrice=$P", -1102},
    {"5.7", "algoType=VP&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&triggerPrice=$P", -1130},
    {"5.7", "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=LIMIT&quantity=0.01&triggerPrice=$P", -1116},
    {"5.7", "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&stopPrice=$P",
        -1102},
    {"5.7", "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&triggerPrice=$P", -1102},
    {"5.7", "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP&quantity=0.01&triggerPrice=$P", -1102},
    {"9.2", "algoType=CONDITIONAL&symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=0.01&triggerPrice=$P",
        -2021},
    {"9.2",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=TAKE_PROFIT_MARKET&quantity=0.01&triggerPrice=$P",
        -2021},
    {"5.7",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&closePosition=true&"
        "triggerPrice=$P",
        -4137},
    {"5.7",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&reduceOnly=true&closePosition=true&"
        "triggerPrice=$P",
        -4138},
    {"5.7",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&closePosition=true&"
        "callbackRate=1",
        -4136},
    {"5.7", "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=0.01", -1102},
    {"5.7",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=0.01&callbackRate="
        "21",
        -1130},
    {"9.3",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&triggerPrice=$P&"
        "workingType=INDEX",
        -4031},
    {"9.1",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&triggerPrice=$P&"
        "stopPrice=$P",
        -1104},
    {"5.7",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP&quantity=0.01&triggerPrice=$P&price=$P&"
        "timeInForce=RPI",
        -1115},
    {"9.3",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=0.01&callbackRate="
        "1&"
        "activatePrice=0",
        -4135},
    {"4.3",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=0.01&triggerPrice=5000000",
        -4007},
    {"4.3", "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&triggerPrice=560",
        -4211},
    {"4.3",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP&quantity=0.01&triggerPrice=$P&price=4000000",
        -4183},
    {"4.3", "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP&quantity=0.1&triggerPrice=$P&price=600",
        -4184},
    {"5.7",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&triggerPrice=$P&"
        "positionSide=LONG",
        -4061},
};

/// Signed calls of other endpoints that are refused.
struct CallRefusal
{
    const char *section;
    const char *method;
    const char *path;
    const char *parameters;
    int code;
};

inline constexpr CallRefusal callRefusals[] = {
    {"5.4", "GET", "/fapi/v1/order", "symbol=BTCUSDT", -1102},
    {"5.4", "GET", "/fapi/v1/order", "symbol=BTCUSDT&orderId=1", -2013},
    {"5.4", "GET", "/fapi/v1/openOrder", "symbol=BTCUSDT&orderId=1", -2013},
    {"5.4", "DELETE", "/fapi/v1/order", "symbol=BTCUSDT&orderId=1", -2011},
    {"5.4", "DELETE", "/fapi/v1/order", "orderId=1", -1102},
    {"5.4", "DELETE", "/fapi/v1/allOpenOrders", "", -1102},
    {"9.1", "DELETE", "/fapi/v1/allOpenOrders", "symbol=NOPEUSDT", -1121},
    {"5.4", "POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT", -1102},
    {"5.4", "GET", "/fapi/v1/allOrders", "symbol=BTCUSDT&startTime=1&endTime=604800002", -4165},
    {"9.1", "GET", "/fapi/v1/allOrders", "symbol=BTCUSDT&startTime=2&endTime=1", -1023},
    {"9.1", "GET", "/fapi/v1/allOrders", "symbol=BTCUSDT&limit=1001", -1130},
    {"5.5", "PUT", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&quantity=0.01&price=60000", -1102},
    {"5.5", "PUT", "/fapi/v1/order", "symbol=BTCUSDT&orderId=1&quantity=0.01&price=60000", -1102},
    {"5.5", "PUT", "/fapi/v1/order", "symbol=BTCUSDT&orderId=1&side=BUY&price=60000", -1102},
    {"5.5", "PUT", "/fapi/v1/order", "symbol=BTCUSDT&orderId=1&side=BUY&quantity=0.01&price=60000", -2013},
    {"5.6", "POST", "/fapi/v1/batchOrders", "", -1102},
    {"5.6", "POST", "/fapi/v1/batchOrders", "batchOrders=nonsense", -1102},
    {"5.6", "POST", "/fapi/v1/batchOrders", "batchOrders=%5B%7B%7D,%7B%7D,%7B%7D,%7B%7D,%7B%7D,%7B%7D%5D",
        -4082},
    {"5.6", "DELETE", "/fapi/v1/batchOrders", "symbol=BTCUSDT", -1102},
    {"5.6", "DELETE", "/fapi/v1/batchOrders", "symbol=BTCUSDT&orderIdList=%5B1,2,3,4,5,6,7,8,9,10,11%5D",
        -4032},
    {"5.7", "GET", "/fapi/v1/algoOrder", "", -1102},
    {"5.7", "GET", "/fapi/v1/algoOrder", "algoId=1", -2013},
    {"5.7", "DELETE", "/fapi/v1/algoOrder", "algoId=1", -2011},
    {"5.7", "DELETE", "/fapi/v1/algoOpenOrders", "", -1102},
    {"5.1", "GET", "/fapi/v1/allAlgoOrders", "", -1102},
    {"5.8", "GET", "/fapi/v1/userTrades", "", -1102},
    {"5.8", "GET", "/fapi/v1/userTrades", "symbol=BTCUSDT&fromId=1&startTime=1", -1128},
    {"5.1", "GET", "/fapi/v1/orderAmendment", "symbol=BTCUSDT&limit=101", -1130},
    {"5.1", "GET", "/fapi/v1/forceOrders", "autoCloseType=OTHER", -1130},
    {"5.9", "POST", "/fapi/v1/leverage", "symbol=BTCUSDT", -1102},
    {"5.9", "POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=200", -4028},
    {"5.9", "POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=0", -4028},
    {"5.9", "POST", "/fapi/v1/marginType", "symbol=BTCUSDT&marginType=CROSS", -1102},
    {"5.9", "POST", "/fapi/v1/marginType", "symbol=BTCUSDT&marginType=CROSSED", -4046},
    {"5.9", "POST", "/fapi/v1/positionSide/dual", "", -1102},
    {"5.9", "POST", "/fapi/v1/positionSide/dual", "dualSidePosition=false", -4059},
    {"5.9", "POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=maybe", -1102},
    {"9.3", "POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=false", -4171},
    {"5.9", "POST", "/fapi/v1/positionMargin", "symbol=BTCUSDT&amount=10&type=1", -4049},
    {"5.9", "POST", "/fapi/v1/positionMargin", "symbol=BTCUSDT&amount=10", -1102},
    {"5.9", "POST", "/fapi/v1/positionMargin", "symbol=BTCUSDT&type=1", -1102},
    {"5.1", "POST", "/fapi/v1/feeBurn", "", -1102},
    {"5.11", "GET", "/fapi/v1/commissionRate", "", -1102},
    {"5.11", "GET", "/fapi/v1/income", "incomeType=GIFT", -1130},
    {"5.1", "GET", "/fapi/v1/order/asyn", "", -1102},
    {"5.1", "GET", "/fapi/v1/order/asyn/id", "downloadId=1", -1102},
    {"7.1", "PUT", "/fapi/v1/listenKey", "", -1125},
    {"9.1", "GET", "/fapi/v1/openOrders", "symbol=BTCUSDT&colour=red", -1104},
    {"9.1", "GET", "/fapi/v3/account", "symbol=BTCUSDT", -1104},
    {"9.1", "DELETE", "/fapi/v1/allOpenOrders", "colour=red", -1102},
    {"9.1", "DELETE", "/fapi/v1/order", "symbol=BTCUSDT&orderId=1&algoId=1", -1104},
    {"9.1", "PUT", "/fapi/v1/order",
        "symbol=BTCUSDT&orderId=1&side=BUY&quantity=0.01&price=60000&stopPrice=1", -1104},
    {"9.1", "POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=5&marginType=CROSSED", -1104},
    {"9.1", "GET", "/fapi/v1/income", "symbol=BTCUSDT&fromId=1", -1104},
};

} // namespace conformance
