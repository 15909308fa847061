#include "models/live/risk_basis.h"

#include "models/domain/risk/plan_explain.h"

#include <algorithm>
#include <utility>

namespace live
{

RiskBasis::RiskBasis(ports::MarketData &marketData, MarketState &market, AccountView &account,
    OrdersModel &orders, domain::Symbol reference, QObject *parent)
    : QObject{parent},
      m_marketData{marketData},
      m_market{market},
      m_account{account},
      m_orders{orders},
      m_reference{std::move(reference)}
{
    connect(&account, &AccountView::riskChanged, this, [this] {
        claimBooks();
        emit changed();
    });
    connect(&account, &AccountView::tablesChanged, this, &RiskBasis::changed);
    connect(&marketData, &ports::MarketData::bookChanged, this, [this](const ports::BookViewPtr &book) {
        if (m_claims.contains(book->symbol)) {
            m_books[book->symbol] = book;
        }
    });
}

std::vector<domain::Symbol> RiskBasis::symbols() const
{
    std::vector<domain::Symbol> symbols;
    if (const auto *state = m_account.state()) {
        for (const auto &position : state->positions) {
            if (position.quantity.isPositive() &&
                std::ranges::find(symbols, position.symbol) == symbols.end()) {
                symbols.push_back(position.symbol);
            }
        }
    }
    return symbols;
}

std::optional<domain::StressBasis> RiskBasis::basis() const
{
    const auto *state = m_account.state();
    if (state == nullptr) {
        return std::nullopt;
    }
    domain::StressBasis basis;
    basis.account = *state;
    basis.account.symbols.clear(); // not needed, and there are hundreds
    basis.openOrders = m_orders.orders();
    auto symbols = this->symbols();
    symbols.push_back(m_reference);
    for (const auto &symbol : symbols) {
        if (const auto *mark = m_market.mark(symbol)) {
            basis.marks[symbol] = *mark;
        }
        if (const auto table = m_account.brackets().find(symbol); table != m_account.brackets().end()) {
            basis.brackets[symbol] = table->second;
        }
        if (const auto *spec = m_market.spec(symbol)) {
            basis.ticks[symbol] = spec->tickSize;
        }
        basis.fees[symbol] = m_account.commission(symbol);
        const auto book = m_books.find(symbol);
        if (book != m_books.end() && book->second->state == domain::BookView::State::Live) {
            basis.books[symbol] = book->second;
        }
    }
    return basis;
}

domain::SymbolSpecs RiskBasis::specs() const
{
    domain::SymbolSpecs specs;
    for (const auto &symbol : symbols()) {
        if (const auto *spec = m_market.spec(symbol)) {
            specs[symbol] = *spec;
        }
    }
    return specs;
}

domain::ExplainContext RiskBasis::explainContext() const
{
    domain::ExplainContext words;
    words.entry = words.quantity = {"position at the exchange"};
    words.brackets.source = "leverage brackets of the exchange";
    const auto takeOlder = [](std::optional<domain::Milliseconds> &age,
                               const std::optional<domain::Milliseconds> &other) {
        age = age && other ? std::max(age, other) : age ? age : other;
    };
    for (const auto &symbol : symbols()) {
        domain::DraftContext draft = m_account.draftContext(symbol);
        if (const auto book = m_books.find(symbol); book != m_books.end()) {
            draft.book = book->second.get();
        }
        const domain::ExplainContext each = domain::explainContextOf(draft);
        takeOlder(words.mark.age, each.mark.age);
        takeOlder(words.funding.age, each.mark.age);
        takeOlder(words.balance.age, each.balance.age);
        takeOlder(words.brackets.age, each.brackets.age);
        takeOlder(words.fees.age, each.fees.age);
        takeOlder(words.book.age, each.book.age);
        if (!m_account.hasBrackets(symbol)) {
            words.brackets.source = "shipped leverage brackets where the exchange gave none";
        }
    }
    return words;
}

domain::RiskLevel RiskBasis::level() const
{
    return m_account.risk() != nullptr ? m_account.risk()->level : domain::RiskLevel::Safe;
}

ports::Subscription RiskBasis::watchBooks()
{
    ++m_watchers;
    claimBooks();
    return ports::Subscription{[this] {
        --m_watchers;
        claimBooks();
    }};
}

void RiskBasis::claimBooks()
{
    const auto wanted = m_watchers > 0 ? symbols() : std::vector<domain::Symbol>{};
    const auto isUnwanted = [&wanted](const auto &entry) {
        return std::ranges::find(wanted, entry.first) == wanted.end();
    };
    std::erase_if(m_claims, isUnwanted);
    std::erase_if(m_books, isUnwanted);
    for (const auto &symbol : wanted) {
        if (!m_claims.contains(symbol)) {
            m_claims[symbol] = m_marketData.watchBook(symbol);
        }
    }
}

} // namespace live
