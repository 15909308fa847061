#include "exchange/binance/user_events.h"

namespace binance
{

using namespace domain;
using namespace json;

namespace
{

bool readOrderUpdate(od::object &source, OrderTradeUpdate &update)
{
    OrderReport &order = update.order;
    Fill fill;
    const auto readOrder = [&](std::string_view key, od::value &value) {
        if (key.size() == 1) {
            switch (key.front()) {
            case 's':
                return read(value, order.symbol);
            case 'c':
                return read(value, order.clientOrderId);
            case 'S':
                return readWord(value, order.side, parseSide);
            case 'o':
                return readWord(value, order.type, parseOrderType);
            case 'f':
                return readWord(value, order.timeInForce, parseTimeInForce);
            case 'q':
                return read(value, order.origQty);
            case 'p':
                return read(value, order.price);
            case 'x':
                return read(value, update.executionType);
            case 'X':
                return read(value, order.statusText);
            case 'i':
                return read(value, order.orderId);
            case 'l':
                return read(value, fill.quantity);
            case 'z':
                return read(value, order.executedQty);
            case 'L':
                return read(value, fill.price);
            case 'n':
                return read(value, fill.commission);
            case 'N':
                return read(value, fill.commissionAsset);
            case 'T':
                return read(value, fill.at);
            case 't':
                return read(value, fill.tradeId);
            case 'm':
                return read(value, fill.isMaker);
            case 'R':
                return read(value, order.reduceOnly);
            default:
                return true;
            }
        }
        if (key == "ap") {
            return read(value, order.avgPrice);
        }
        if (key == "sp") {
            return read(value, order.triggerPrice);
        }
        if (key == "wt") {
            return readWord(value, order.workingType, parseWorkingType);
        }
        if (key == "ot") {
            return readWord(value, order.origType, parseOrderType);
        }
        if (key == "ps") {
            return readWord(value, order.positionSide, parsePositionSide);
        }
        if (key == "cp") {
            return read(value, order.closePosition);
        }
        if (key == "AP") {
            return read(value, order.activatePrice);
        }
        if (key == "cr") {
            return read(value, order.callbackRate);
        }
        if (key == "rp") {
            return read(value, fill.realizedPnl);
        }
        return key == "er" ? read(value, update.expiryReason) : true;
    };
    const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "E") {
            return read(value, update.eventAt);
        }
        if (key == "T") {
            return read(value, update.transactionAt);
        }
        return key == "o" ? eachMember(value, readOrder) : true;
    });
    order.status = parseOrderStatus(order.statusText);
    order.updatedAt = update.transactionAt;
    if (fill.tradeId != 0 && fill.quantity.isPositive()) {
        fill.symbol = order.symbol;
        fill.orderId = order.orderId;
        fill.side = order.side;
        fill.positionSide = order.positionSide;
        update.fill = fill;
    }
    return isRead && !order.symbol.empty() && order.orderId != 0;
}

/// A row of ACCOUNT_UPDATE or MARGIN_CALL.
bool readPosition(od::value &source, Position &position)
{
    Money amount;
    const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "s") {
            return read(value, position.symbol);
        }
        if (key == "ps") {
            return readWord(value, position.positionSide, parsePositionSide);
        }
        if (key == "pa") {
            return read(value, amount);
        }
        if (key == "ep") {
            return read(value, position.entryPrice);
        }
        if (key == "bep") {
            return read(value, position.breakEvenPrice);
        }
        if (key == "mt") {
            return readWord(value, position.marginType, parseMarginType);
        }
        if (key == "mp") {
            return read(value, position.markPrice);
        }
        return key == "iw" ? read(value, position.isolatedWallet) : true;
    });
    position.side = amount.isNegative() ? Side::Sell : Side::Buy;
    position.quantity = Quantity::fromUnits(amount.abs().units());
    return isRead && !position.symbol.empty();
}

bool readBalance(od::value &source, BalanceRow &balance)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "a") {
            return read(value, balance.asset);
        }
        if (key == "wb") {
            return read(value, balance.walletBalance);
        }
        if (key == "cw") {
            return read(value, balance.crossWalletBalance);
        }
        return key == "bc" ? read(value, balance.balanceChange) : true;
    }) && !balance.asset.empty();
}

bool readAccountUpdate(od::object &source, AccountUpdate &update)
{
    const auto readData = [&](std::string_view key, od::value &value) {
        if (key == "m") {
            return read(value, update.reason);
        }
        if (key == "S") {
            return read(value, update.fundingSymbol);
        }
        if (key == "B") {
            return eachElement(
                value, [&](od::value &row) { return readBalance(row, update.balances.emplace_back()); });
        }
        return key == "P"
                   ? eachElement(value,
                         [&](od::value &row) { return readPosition(row, update.positions.emplace_back()); })
                   : true;
    };
    const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "E") {
            return read(value, update.eventAt);
        }
        if (key == "T") {
            return read(value, update.transactionAt);
        }
        return key == "a" ? eachMember(value, readData) : true;
    });
    for (Position &position : update.positions) {
        position.updatedAt = update.transactionAt;
    }
    return isRead;
}

bool readAlgoUpdate(od::object &source, AlgoUpdate &update)
{
    AlgoReport &order = update.order;
    const auto readOrder = [&](std::string_view key, od::value &value) {
        if (key == "caid") {
            return read(value, order.clientAlgoId);
        }
        if (key == "aid") {
            return read(value, order.algoId);
        }
        if (key == "o") {
            return readWord(value, order.type, parseOrderType);
        }
        if (key == "s") {
            return read(value, order.symbol);
        }
        if (key == "S") {
            return readWord(value, order.side, parseSide);
        }
        if (key == "ps") {
            return readWord(value, order.positionSide, parsePositionSide);
        }
        if (key == "f") {
            return readWord(value, order.timeInForce, parseTimeInForce);
        }
        if (key == "q") {
            return read(value, order.quantity);
        }
        if (key == "X") {
            return read(value, order.statusText);
        }
        if (key == "ai") {
            return read(value, order.actualOrderId);
        }
        if (key == "ap") {
            return read(value, order.avgPrice);
        }
        if (key == "aq") {
            return read(value, order.executedQty);
        }
        if (key == "tp") {
            return read(value, order.triggerPrice);
        }
        if (key == "p") {
            return read(value, order.price);
        }
        if (key == "wt") {
            return readWord(value, order.workingType, parseWorkingType);
        }
        if (key == "cp") {
            return read(value, order.closePosition);
        }
        if (key == "R") {
            return read(value, order.reduceOnly);
        }
        return key == "rm" ? read(value, order.failureReason) : true;
    };
    const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "E") {
            return read(value, update.eventAt);
        }
        if (key == "T") {
            return read(value, update.transactionAt);
        }
        return key == "o" ? eachMember(value, readOrder) : true;
    });
    order.status = parseConditionalStatus(order.statusText);
    order.updatedAt = update.transactionAt;
    return isRead && order.algoId != 0 && !order.symbol.empty();
}

bool readTradeLite(od::object &source, TradeLite &trade)
{
    Fill &fill = trade.fill;
    const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
        if (key.size() != 1) {
            return true;
        }
        switch (key.front()) {
        case 's':
            return read(value, fill.symbol);
        case 'c':
            return read(value, trade.clientOrderId);
        case 'S':
            return readWord(value, fill.side, parseSide);
        case 'L':
            return read(value, fill.price);
        case 'l':
            return read(value, fill.quantity);
        case 't':
            return read(value, fill.tradeId);
        case 'i':
            return read(value, fill.orderId);
        case 'm':
            return read(value, fill.isMaker);
        case 'T':
            return read(value, trade.transactionAt);
        default:
            return true;
        }
    });
    fill.at = trade.transactionAt;
    return isRead && !fill.symbol.empty() && fill.tradeId != 0;
}

bool readConfigUpdate(od::object &source, AccountConfigUpdate &update)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "ac") {
            return eachMember(value, [&](std::string_view inner, od::value &item) {
                if (inner == "s") {
                    return read(item, update.symbol);
                }
                return inner == "l" ? read(item, update.leverage) : true;
            });
        }
        if (key == "ai") {
            return eachMember(value, [&](std::string_view inner, od::value &item) {
                return inner == "j" ? read(item, update.multiAssetsMargin) : true;
            });
        }
        return true;
    });
}

bool readMarginCall(od::object &source, MarginCall &call)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "cw") {
            return read(value, call.crossWalletBalance);
        }
        return key == "p"
                   ? eachElement(value,
                         [&](od::value &row) { return readPosition(row, call.positions.emplace_back()); })
                   : true;
    });
}

bool readStrategy(od::object &source, StrategyUpdate &update)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        return key != "su" || eachMember(value, [&](std::string_view inner, od::value &item) {
            if (inner == "si") {
                return read(item, update.strategyId);
            }
            if (inner == "st") {
                return read(item, update.type);
            }
            if (inner == "ss") {
                return read(item, update.status);
            }
            return inner == "s" ? read(item, update.symbol) : true;
        });
    });
}

bool readGrid(od::object &source, GridUpdate &update)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        return key != "gu" || eachMember(value, [&](std::string_view inner, od::value &item) {
            if (inner == "si") {
                return read(item, update.strategyId);
            }
            if (inner == "ss") {
                return read(item, update.status);
            }
            if (inner == "s") {
                return read(item, update.symbol);
            }
            return inner == "r" ? read(item, update.realizedPnl) : true;
        });
    });
}

bool readTriggerReject(od::object &source, TriggerReject &reject)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        return key != "or" || eachMember(value, [&](std::string_view inner, od::value &item) {
            if (inner == "s") {
                return read(item, reject.symbol);
            }
            if (inner == "i") {
                return read(item, reject.orderId);
            }
            return inner == "r" ? read(item, reject.reason) : true;
        });
    });
}

bool readKeyExpired(od::object &source, ListenKeyExpired &expired)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        return key == "listenKey" ? read(value, expired.listenKey) : true;
    });
}

template <class Event, class Read> bool add(StreamFrame &frame, od::object &source, Read readEvent)
{
    Event event;
    if (!readEvent(source, event)) {
        return false;
    }
    frame.events.emplace_back(std::move(event));
    return true;
}

} // namespace

std::optional<bool> readUserEvent(std::string_view type, od::object &source, StreamFrame &frame)
{
    if (type == "ORDER_TRADE_UPDATE") {
        return add<OrderTradeUpdate>(frame, source, readOrderUpdate);
    }
    if (type == "ACCOUNT_UPDATE") {
        return add<AccountUpdate>(frame, source, readAccountUpdate);
    }
    if (type == "ALGO_UPDATE") {
        return add<AlgoUpdate>(frame, source, readAlgoUpdate);
    }
    if (type == "TRADE_LITE") {
        return add<TradeLite>(frame, source, readTradeLite);
    }
    if (type == "ACCOUNT_CONFIG_UPDATE") {
        return add<AccountConfigUpdate>(frame, source, readConfigUpdate);
    }
    if (type == "MARGIN_CALL") {
        return add<MarginCall>(frame, source, readMarginCall);
    }
    if (type == "STRATEGY_UPDATE") {
        return add<StrategyUpdate>(frame, source, readStrategy);
    }
    if (type == "GRID_UPDATE") {
        return add<GridUpdate>(frame, source, readGrid);
    }
    if (type == "CONDITIONAL_ORDER_TRIGGER_REJECT") {
        return add<TriggerReject>(frame, source, readTriggerReject);
    }
    if (type == "listenKeyExpired") {
        return add<ListenKeyExpired>(frame, source, readKeyExpired);
    }
    return std::nullopt;
}

} // namespace binance
