#pragma once

#include "models/ports/account.h"

#include <QPromise>

#include <list>
#include <map>
#include <utility>

namespace support
{

/// An account the test writes. Tables and fees are answered at once where they are set, else refused.
class FakeAccount final : public ports::Account
{
public:
    template <class T> using Result = ports::Result<T>;

    ports::AccountPtr current;
    std::map<domain::Symbol, domain::LeverageBrackets> tables;
    bool isSlow = false; ///< tables come when answerTables() is called
    domain::CommissionRates rates{domain::Rate::literal("0.0002"), domain::Rate::literal("0.0005")};

    /// Makes it the state and says so.
    void publish(const domain::AccountState &state)
    {
        current = std::make_shared<const domain::AccountState>(state);
        emit accountChanged(current);
    }

    ports::AccountPtr state() const override { return current; }
    QFuture<Result<ports::AccountPtr>> refresh() override
    {
        return ports::finished(Result<ports::AccountPtr>{current});
    }
    QFuture<Result<ports::BracketsPtr>> brackets(domain::Symbol symbol) override
    {
        if (isSlow) {
            auto &promise = m_waiting.emplace_back(symbol, QPromise<Result<ports::BracketsPtr>>{}).second;
            promise.start();
            return promise.future();
        }
        return ports::finished(tableOf(symbol));
    }
    void answerTables()
    {
        isSlow = false;
        for (auto &[symbol, promise] : m_waiting) {
            promise.addResult(tableOf(symbol));
            promise.finish();
        }
        m_waiting.clear();
    }
    QFuture<Result<domain::CommissionRates>> commissionRates(domain::Symbol) override
    {
        return ports::finished(Result<domain::CommissionRates>{rates});
    }

private:
    Result<ports::BracketsPtr> tableOf(const domain::Symbol &symbol) const
    {
        const auto found = tables.find(symbol);
        if (found == tables.end()) {
            return domain::failure(
                domain::ErrorCode::NotFound, "The exchange gives no table for this symbol.");
        }
        return std::make_shared<const domain::LeverageBrackets>(found->second);
    }

    std::list<std::pair<domain::Symbol, QPromise<Result<ports::BracketsPtr>>>> m_waiting;
};

} // namespace support
