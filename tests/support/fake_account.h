#pragma once

#include "models/ports/account.h"

#include <map>

namespace support
{

/// An account the test writes. Tables and fees are answered at once where they are set, else refused.
class FakeAccount final : public ports::Account
{
public:
    template <class T> using Result = ports::Result<T>;

    ports::AccountPtr current;
    std::map<domain::Symbol, domain::LeverageBrackets> tables;
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
        const auto found = tables.find(symbol);
        if (found == tables.end()) {
            return ports::finished(Result<ports::BracketsPtr>{domain::failure(
                domain::ErrorCode::NotFound, "The exchange gives no table for this symbol.")});
        }
        return ports::finished(
            Result<ports::BracketsPtr>{std::make_shared<const domain::LeverageBrackets>(found->second)});
    }
    QFuture<Result<domain::CommissionRates>> commissionRates(domain::Symbol) override
    {
        return ports::finished(Result<domain::CommissionRates>{rates});
    }
};

} // namespace support
