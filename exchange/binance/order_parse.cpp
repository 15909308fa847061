#include "exchange/binance/json_reader.h"
#include "exchange/binance/wire_orders.h"

namespace binance
{

using namespace domain;
using namespace json;

namespace
{

bool readOrderMember(std::string_view key, od::value &value, OrderReport &order)
{
    if (key == "symbol") {
        return read(value, order.symbol);
    }
    if (key == "clientOrderId") {
        return read(value, order.clientOrderId);
    }
    if (key == "orderId") {
        return read(value, order.orderId);
    }
    if (key == "side") {
        return readWord(value, order.side, parseSide);
    }
    if (key == "positionSide") {
        return readWord(value, order.positionSide, parsePositionSide);
    }
    if (key == "type") {
        return readWord(value, order.type, parseOrderType);
    }
    if (key == "origType") {
        return readWord(value, order.origType, parseOrderType);
    }
    if (key == "timeInForce") {
        return readWord(value, order.timeInForce, parseTimeInForce);
    }
    if (key == "status") {
        return read(value, order.statusText);
    }
    if (key == "origQty") {
        return read(value, order.origQty);
    }
    if (key == "executedQty") {
        return read(value, order.executedQty);
    }
    if (key == "price") {
        return read(value, order.price);
    }
    if (key == "avgPrice") {
        return read(value, order.avgPrice);
    }
    if (key == "stopPrice") {
        return read(value, order.triggerPrice);
    }
    if (key == "activatePrice") {
        return read(value, order.activatePrice);
    }
    if (key == "priceRate") {
        return read(value, order.callbackRate);
    }
    if (key == "workingType") {
        return readWord(value, order.workingType, parseWorkingType);
    }
    if (key == "reduceOnly") {
        return read(value, order.reduceOnly);
    }
    if (key == "closePosition") {
        return read(value, order.closePosition);
    }
    if (key == "time") {
        return read(value, order.createdAt);
    }
    return key == "updateTime" ? read(value, order.updatedAt) : true;
}

template <class Source> bool readOrder(Source &source, OrderReport &order)
{
    const bool isRead = eachMember(
        source, [&](std::string_view key, od::value &value) { return readOrderMember(key, value, order); });
    order.status = parseOrderStatus(order.statusText);
    return isRead && !order.symbol.empty() && order.orderId != 0;
}

/// One element of a batch answer: an order, or {"code":…,"msg":…}.
bool readOutcome(od::value &source, Result<OrderReport> &outcome)
{
    OrderReport order;
    int code = 0;
    std::string message;
    const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "code") {
            return read(value, code);
        }
        return key == "msg" ? read(value, message) : readOrderMember(key, value, order);
    });
    order.status = parseOrderStatus(order.statusText);
    const bool isOrder = !order.symbol.empty() && order.orderId != 0;
    if (isOrder) {
        outcome = order;
    } else {
        outcome = failure(ErrorCode::Rejected, message, code);
    }
    return isRead && (isOrder || code != 0);
}

/// The plain answers of the Algo service carry "code" as text and no symbol.
struct AlgoFields
{
    AlgoReport report;
    std::optional<std::string> code;
    std::string message;
};

template <class Source> bool readAlgo(Source &source, AlgoFields &fields)
{
    AlgoReport &order = fields.report;
    const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "algoId") {
            return read(value, order.algoId);
        }
        if (key == "clientAlgoId") {
            return read(value, order.clientAlgoId);
        }
        if (key == "orderType" || key == "type") {
            return readWord(value, order.type, parseOrderType);
        }
        if (key == "symbol") {
            return read(value, order.symbol);
        }
        if (key == "side") {
            return readWord(value, order.side, parseSide);
        }
        if (key == "positionSide") {
            return readWord(value, order.positionSide, parsePositionSide);
        }
        if (key == "timeInForce") {
            return readWord(value, order.timeInForce, parseTimeInForce);
        }
        if (key == "quantity") {
            return read(value, order.quantity);
        }
        if (key == "algoStatus") {
            return read(value, order.statusText);
        }
        if (key == "triggerPrice") {
            return read(value, order.triggerPrice);
        }
        if (key == "price") {
            return read(value, order.price);
        }
        if (key == "actualOrderId") {
            return read(value, order.actualOrderId);
        }
        if (key == "actualPrice") {
            return read(value, order.avgPrice);
        }
        if (key == "actualQty") {
            return read(value, order.executedQty);
        }
        if (key == "workingType") {
            return readWord(value, order.workingType, parseWorkingType);
        }
        if (key == "closePosition") {
            return read(value, order.closePosition);
        }
        if (key == "reduceOnly") {
            return read(value, order.reduceOnly);
        }
        if (key == "activatePrice") {
            return read(value, order.activatePrice);
        }
        if (key == "callbackRate") {
            return read(value, order.callbackRate);
        }
        if (key == "createTime") {
            return read(value, order.createdAt);
        }
        if (key == "updateTime") {
            return read(value, order.updatedAt);
        }
        if (key == "code") {
            return read(value, fields.code);
        }
        return key == "msg" ? read(value, fields.message) : true;
    });
    order.status = parseConditionalStatus(order.statusText);
    return isRead && (order.algoId != 0 || fields.code);
}

} // namespace

Result<OrderReport> parseOrder(std::string_view json)
{
    return parseDocument<OrderReport>(
        json, "order", [](od::document &document, OrderReport &order) { return readOrder(document, order); });
}

Result<std::vector<OrderReport>> parseOrders(std::string_view json)
{
    return parseRows<OrderReport>(
        json, "list of orders", [](auto &source, OrderReport &order) { return readOrder(source, order); });
}

Result<std::vector<Result<OrderReport>>> parseBatch(std::string_view json)
{
    return parseDocument<std::vector<Result<OrderReport>>>(
        json, "batch answer", [](od::document &document, std::vector<Result<OrderReport>> &outcomes) {
            return eachElement(
                document, [&](od::value &element) { return readOutcome(element, outcomes.emplace_back()); });
        });
}

Result<AlgoReport> parseAlgoOrder(std::string_view json)
{
    return parseDocument<AlgoFields>(json, "conditional order",
        [](od::document &document, AlgoFields &fields) { return readAlgo(document, fields); })
        .and_then([](AlgoFields &&fields) -> Result<AlgoReport> {
            if (!fields.code) {
                return std::move(fields.report);
            }
            if (*fields.code != "200") {
                int number = 0;
                std::from_chars(fields.code->data(), fields.code->data() + fields.code->size(), number);
                return failure(ErrorCode::Rejected, fields.message, number);
            }
            if (fields.report.statusText.empty()) {
                fields.report.status = ConditionalStatus::Canceled;
            }
            return std::move(fields.report);
        });
}

Result<std::vector<AlgoReport>> parseAlgoOrders(std::string_view json)
{
    return parseRows<AlgoReport>(json, "list of conditional orders", [](auto &source, AlgoReport &order) {
        AlgoFields fields;
        const bool isRead = readAlgo(source, fields);
        order = std::move(fields.report);
        return isRead && !order.symbol.empty();
    });
}

Result<std::vector<Fill>> parseUserTrades(std::string_view json)
{
    return parseRows<Fill>(json, "list of fills", [](auto &source, Fill &fill) {
        return eachMember(source,
                   [&](std::string_view key, od::value &value) {
                       if (key == "symbol") {
                           return read(value, fill.symbol);
                       }
                       if (key == "id") {
                           return read(value, fill.tradeId);
                       }
                       if (key == "orderId") {
                           return read(value, fill.orderId);
                       }
                       if (key == "side") {
                           return readWord(value, fill.side, parseSide);
                       }
                       if (key == "positionSide") {
                           return readWord(value, fill.positionSide, parsePositionSide);
                       }
                       if (key == "price") {
                           return read(value, fill.price);
                       }
                       if (key == "qty") {
                           return read(value, fill.quantity);
                       }
                       if (key == "realizedPnl") {
                           return read(value, fill.realizedPnl);
                       }
                       if (key == "commission") {
                           return read(value, fill.commission);
                       }
                       if (key == "commissionAsset") {
                           return read(value, fill.commissionAsset);
                       }
                       if (key == "time") {
                           return read(value, fill.at);
                       }
                       return key == "maker" ? read(value, fill.isMaker) : true;
                   }) &&
               !fill.symbol.empty() && fill.tradeId != 0;
    });
}

} // namespace binance
