#include "exchange/binance/binance_account.h"

#include "exchange/binance/body.h"
#include "exchange/binance/signing.h"
#include "exchange/binance/wire_market.h"
#include "models/domain/risk/brackets.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace binance
{

using namespace domain;
using transport::Priority;

namespace
{

constexpr std::string_view quoteAsset = "USDT";

Call signedGet(std::string path, std::int64_t weight, Priority priority)
{
    Call call{.path = std::move(path)};
    call.security = Security::Signed;
    call.priority = priority;
    call.cost = {weight, 0};
    return call;
}

template <class T, class Value> void assignIf(const Result<Value> &result, T &target)
{
    if (result) {
        target = *result;
    }
}

} // namespace

/// The parts of one full comparison; they count only together.
struct BinanceAccount::Snapshot
{
    AccountConfig config;
    std::vector<SymbolConfigRow> symbols;
    AccountAnswer account;
    std::vector<PositionRow> positions;
    bool isStale = false; ///< the stream had a gap since it began
};

BinanceAccount::BinanceAccount(RestClient &rest, QObject *parent) : ports::Account{parent}, m_rest{rest} {}

Error BinanceAccount::noKeys() const
{
    return {
        ErrorCode::Unauthorized, "No API key is set for this venue; enter one to see the account.", 0, 0, 0};
}

ports::AccountPtr BinanceAccount::state() const
{
    const std::lock_guard lock{m_publishedMutex};
    return m_published;
}

void BinanceAccount::publish()
{
    auto state = std::make_shared<const AccountState>(m_state);
    {
        const std::lock_guard lock{m_publishedMutex};
        m_published = state;
    }
    emit accountChanged(state);
}

// ---- comparison with REST

QFuture<Result<ports::AccountPtr>> BinanceAccount::refresh()
{
    return ports::onThreadOf(this, [this] {
        const ResultAnswer<ports::AccountPtr> answer;
        reconcile(
            [this, answer](const Result<bool> &done) { answer(done.map([this](bool) { return state(); })); });
        return answer.future();
    });
}

void BinanceAccount::reconcile(std::function<void(const Result<bool> &)> done)
{
    if (!m_rest.hasKeys()) {
        return done(tl::unexpected{noKeys()});
    }
    m_waiting.push_back(std::move(done));
    if (m_running) {
        return; // one comparison at a time; its end answers all who wait
    }
    m_running = std::make_shared<Snapshot>();
    m_buffered.clear();
    step(m_running, 0);
}

void BinanceAccount::step(const std::shared_ptr<Snapshot> &snapshot, std::size_t at)
{
    using Reader = Result<bool> (*)(const Result<QByteArray> &, Snapshot &);
    struct Step
    {
        const char *path;
        std::int64_t weight;
        Reader read;
    };
    static constexpr std::array steps{
        Step{"/fapi/v1/accountConfig", 5,
            [](const Result<QByteArray> &body, Snapshot &parts) {
                const auto config = parsed(body, parseAccountConfig);
                assignIf(config, parts.config);
                return config.map([](const auto &) { return true; });
            }},
        Step{"/fapi/v1/symbolConfig", 5,
            [](const Result<QByteArray> &body, Snapshot &parts) {
                const auto rows = parsed(body, parseSymbolConfigs);
                assignIf(rows, parts.symbols);
                return rows.map([](const auto &) { return true; });
            }},
        Step{"/fapi/v3/account", 5,
            [](const Result<QByteArray> &body, Snapshot &parts) {
                const auto account = parsed(body, parseAccount);
                assignIf(account, parts.account);
                return account.map([](const auto &) { return true; });
            }},
        Step{"/fapi/v3/positionRisk", 5,
            [](const Result<QByteArray> &body, Snapshot &parts) {
                const auto rows = parsed(body, parsePositionRisk);
                assignIf(rows, parts.positions);
                return rows.map([](const auto &) { return true; });
            }},
    };
    if (at == steps.size()) {
        return finish(snapshot);
    }
    m_rest.fetch(signedGet(steps[at].path, steps[at].weight, Priority::Resolve), this,
        [this, snapshot, at](const Result<QByteArray> &body) {
            if (const auto read = steps[at].read(body, *snapshot); !read) {
                return fail(snapshot, read.error());
            }
            step(snapshot, at + 1);
        });
}

void BinanceAccount::fail(const std::shared_ptr<Snapshot> & /*snapshot*/, const Error &error)
{
    m_running.reset();
    for (const auto &done : std::exchange(m_waiting, {})) {
        done(tl::unexpected{error});
    }
}

void BinanceAccount::finish(const std::shared_ptr<Snapshot> &snapshot)
{
    if (snapshot->isStale) {
        m_running = std::make_shared<Snapshot>();
        m_buffered.clear();
        return step(m_running, 0);
    }
    AccountState fresh;
    const auto usdt = std::ranges::find(snapshot->account.assets, quoteAsset, &AssetBalance::asset);
    const bool hasUsdt = usdt != snapshot->account.assets.end() && !snapshot->config.multiAssetsMargin;
    fresh.walletBalance = hasUsdt ? usdt->walletBalance : snapshot->account.totalWalletBalance;
    fresh.crossWalletBalance = hasUsdt ? usdt->crossWalletBalance : snapshot->account.totalCrossWalletBalance;
    fresh.availableBalance = snapshot->account.availableBalance;
    fresh.hedgeMode = snapshot->config.dualSidePosition;
    fresh.multiAssetsMode = snapshot->config.multiAssetsMargin;
    for (const SymbolConfigRow &row : snapshot->symbols) {
        fresh.symbols[row.symbol] = row.config;
    }
    for (const PositionRow &row : snapshot->positions) {
        if (row.position.quantity.isZero()) {
            continue; // open orders only
        }
        Position position = row.position;
        if (const auto config = fresh.symbols.find(position.symbol);
            config != fresh.symbols.end() && !row.hasConfig) {
            position.leverage = config->second.leverage;
            position.marginType = config->second.marginType;
        }
        fresh.positions.push_back(position);
    }
    fresh.updatedAt = m_rest.serverNow();
    fresh.isReconciled = true;
    m_mayTrade = snapshot->config.canTrade;
    m_state = std::move(fresh);
    m_balanceTimes.clear();
    for (const AssetBalance &asset : snapshot->account.assets) {
        m_balanceTimes[asset.asset] = asset.updatedAt;
    }
    m_running.reset();
    for (const AccountUpdate &update : std::exchange(m_buffered, {})) {
        apply(update);
    }
    publish();
    for (const auto &done : std::exchange(m_waiting, {})) {
        done(true);
    }
}

void BinanceAccount::onGap()
{
    if (m_running) {
        m_running->isStale = true; // what is being read began before the gap
    }
    if (m_state.isReconciled) {
        m_state.isReconciled = false;
        publish();
    }
}

// ---- the user stream

void BinanceAccount::onUserEvent(const StreamEvent &event)
{
    if (const auto *update = std::get_if<AccountUpdate>(&event)) {
        if (m_running) {
            m_buffered.push_back(*update);
        }
        apply(*update);
        publish();
        if (update->reason == "FUNDING_FEE") {
            for (const BalanceRow &row : update->balances) {
                if (row.asset == quoteAsset) {
                    emit fundingPaid({update->fundingSymbol, row.balanceChange, update->transactionAt});
                }
            }
        }
        emit balancesMoved();
    } else if (const auto *config = std::get_if<AccountConfigUpdate>(&event)) {
        apply(*config);
        publish();
    } else if (const auto *call = std::get_if<MarginCall>(&event)) {
        QStringList symbols;
        for (const Position &position : call->positions) {
            symbols << QString::fromStdString(position.symbol);
        }
        emit marginCalled(QStringLiteral("The exchange warns that margin runs short: %1")
                              .arg(symbols.join(QStringLiteral(", "))));
    }
}

void BinanceAccount::apply(const AccountUpdate &update)
{
    for (const BalanceRow &row : update.balances) {
        Timestamp &changedAt = m_balanceTimes[row.asset];
        if (update.transactionAt < changedAt) {
            continue; // older than what REST said
        }
        changedAt = update.transactionAt;
        if (row.asset == quoteAsset) {
            m_state.walletBalance = row.walletBalance;
            m_state.crossWalletBalance = row.crossWalletBalance;
        }
    }
    for (const Position &changed : update.positions) {
        applyPosition(changed);
    }
    m_state.updatedAt = std::max(m_state.updatedAt, update.transactionAt);
}

void BinanceAccount::applyPosition(const Position &changed)
{
    auto &positions = m_state.positions;
    const auto known = std::ranges::find_if(positions, [&](const Position &position) {
        return position.symbol == changed.symbol && position.positionSide == changed.positionSide;
    });
    if (known != positions.end() && changed.updatedAt < known->updatedAt) {
        return;
    }
    if (changed.quantity.isZero()) {
        if (known != positions.end()) {
            positions.erase(known);
        }
        return;
    }
    Position position = changed;
    SymbolConfig &config = m_state.symbols[changed.symbol];
    config.marginType = changed.marginType;
    position.leverage = config.leverage;
    if (known != positions.end()) {
        position.markPrice = known->markPrice;
        *known = position; // its liquidation price was that of the old size: unknown until REST is asked
    } else {
        positions.push_back(position);
    }
}

void BinanceAccount::apply(const AccountConfigUpdate &update)
{
    if (!update.symbol.empty() && update.leverage > 0) {
        setLeverage(update.symbol, update.leverage, {});
    }
    if (update.multiAssetsMargin) {
        m_state.multiAssetsMode = *update.multiAssetsMargin;
    }
}

void BinanceAccount::setLeverage(const Symbol &symbol, int leverage, Money maxNotional)
{
    SymbolConfig &config = m_state.symbols[symbol];
    config.leverage = leverage;
    config.maxNotional = maxNotional;
    for (Position &position : m_state.positions) {
        if (position.symbol == symbol) {
            position.leverage = leverage;
        }
    }
    publish();
}

void BinanceAccount::setMarginType(const Symbol &symbol, MarginType type)
{
    m_state.symbols[symbol].marginType = type;
    publish();
}

void BinanceAccount::setHedgeMode(bool hedge)
{
    m_state.hedgeMode = hedge;
    publish();
}

// ---- tables

QFuture<Result<ports::BracketsPtr>> BinanceAccount::brackets(Symbol symbol)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol)] {
        const ResultAnswer<ports::BracketsPtr> answer;
        if (const auto known = m_brackets.find(symbol); known != m_brackets.end()) {
            answer(known->second);
            return answer.future();
        }
        if (!m_rest.hasKeys()) {
            // The table needs a key; without one the shipped table stands in.
            answer(ports::BracketsPtr{std::make_shared<const LeverageBrackets>(defaultBrackets())});
            return answer.future();
        }
        Call call = signedGet("/fapi/v1/leverageBracket", 1, Priority::Market);
        appendParameter(call.parameters, "symbol", symbol);
        m_rest.fetch(call, this, [this, symbol, answer](const Result<QByteArray> &body) {
            const auto rows = parsed(body, parseLeverageBrackets);
            if (!rows) {
                return answer(tl::unexpected{rows.error()});
            }
            const auto row = std::ranges::find(*rows, symbol, &SymbolBrackets::symbol);
            const bool isGiven = row != rows->end() && !row->brackets.empty();
            const auto table =
                std::make_shared<const LeverageBrackets>(isGiven ? row->brackets : defaultBrackets());
            m_brackets[symbol] = table;
            answer(ports::BracketsPtr{table});
        });
        return answer.future();
    });
}

QFuture<Result<CommissionRates>> BinanceAccount::commissionRates(Symbol symbol)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol)] {
        const ResultAnswer<CommissionRates> answer;
        if (const auto known = m_commissions.find(symbol); known != m_commissions.end()) {
            answer(known->second);
            return answer.future();
        }
        if (!m_rest.hasKeys()) {
            answer(tl::unexpected{noKeys()});
            return answer.future();
        }
        Call call = signedGet("/fapi/v1/commissionRate", 20, Priority::Market);
        appendParameter(call.parameters, "symbol", symbol);
        m_rest.fetch(call, this, [this, symbol, answer](const Result<QByteArray> &body) {
            const auto rates = parsed(body, parseCommissionRate);
            if (rates) {
                m_commissions[symbol] = *rates;
                emit commissionKnown(symbol, *rates);
            }
            answer(rates);
        });
        return answer.future();
    });
}

} // namespace binance
